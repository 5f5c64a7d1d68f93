//! Whoever puts signed lists into the centre's folder.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use varco::lists::{
    Entry, IndexBuilder, List, ListKind, PublisherKey, SigningKey, SnapshotStore, compile,
};
use varco::plate::PlateText;

use super::setup::Centre;

/// The plate with number `n`: an Italian one, another one for each `n`.
pub(crate) fn plate(n: u32) -> String {
    // Spread, as real registers are.
    let n = n.wrapping_mul(2_654_435_761) % 40_000_000;
    let letter = |place: u32| {
        let letters = b"ABCDEFGHJKLMNPRSTVWXYZ";
        char::from(letters[(place % letters.len() as u32) as usize])
    };
    let (number, letters) = (n % 1000, n / 1000);
    format!(
        "{}{}{number:03}{}{}",
        letter(letters / 10648),
        letter(letters / 484),
        letter(letters / 22),
        letter(letters)
    )
}

pub(crate) struct Publisher {
    folder: PathBuf,
    signing: SigningKey,
}

impl Publisher {
    /// With the key of a centre.
    pub(crate) fn of(centre: &Centre) -> Self {
        Self::in_folder(&centre.config.data.join("lists"))
    }

    pub(crate) fn in_folder(folder: &Path) -> Self {
        fs::create_dir_all(folder).unwrap();
        let signing =
            SigningKey::load_or_make(&SnapshotStore::open(folder).unwrap().key_file()).unwrap();
        Self { folder: folder.to_owned(), signing }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn key(&self) -> PublisherKey {
        self.signing.public()
    }

    /// Puts a version with the plates of these numbers into the folder; says how long the
    /// file is.
    pub(crate) fn publish(
        &self,
        id: &str,
        kind: ListKind,
        version: u64,
        plates: impl IntoIterator<Item = u32>,
    ) -> u64 {
        let texts: Vec<String> = plates.into_iter().map(plate).collect();
        self.publish_texts(id, kind, version, &texts)
    }

    pub(crate) fn publish_texts<T: AsRef<str>>(
        &self,
        id: &str,
        kind: ListKind,
        version: u64,
        plates: &[T],
    ) -> u64 {
        let bytes = self.compiled(id, kind, version, plates);
        let store = SnapshotStore::open(&self.folder).unwrap();
        store.install(id, &bytes, &self.key()).unwrap();
        bytes.len() as u64
    }

    /// The same with a byte flipped, under the name that a good file would have.
    pub(crate) fn publish_damaged(
        &self,
        id: &str,
        kind: ListKind,
        version: u64,
        plates: impl IntoIterator<Item = u32>,
    ) {
        let texts: Vec<String> = plates.into_iter().map(plate).collect();
        let mut bytes = self.compiled(id, kind, version, &texts);
        let place = bytes.len() / 2;
        bytes[place] ^= 1;
        let name = format!("{version}-{}.varcolist", "0".repeat(16));
        fs::write(self.folder.join(id).join(name), bytes).unwrap();
    }

    fn compiled<T: AsRef<str>>(
        &self,
        id: &str,
        kind: ListKind,
        version: u64,
        plates: &[T],
    ) -> Vec<u8> {
        let mut builder = IndexBuilder::default();
        for text in plates {
            let mut entry = Entry::new(PlateText::new(text.as_ref()).unwrap());
            entry.reason = Some("furto".to_owned());
            builder.add(&entry).unwrap();
        }
        let list = List::new(id, kind, "ricerca", "art. 54 TUEL");
        let index = builder.build().unwrap();
        compile(list, version, Timestamp::now(), &index, &self.signing).unwrap()
    }
}
