//! What a node may fetch.

use sha2::{Digest, Sha256};

use super::Lists;
use crate::link::{Manifest, Offer};

/// Digits of a tag: enough to tell two sets of lists apart.
const TAG_DIGITS: usize = 16;

impl Lists {
    /// The lists for a node, with the tag of the set.
    pub(in crate::centre) fn manifest(&self, node: &str) -> Manifest {
        let lists: Vec<Offer> = self
            .published()
            .into_iter()
            .filter(|(id, _)| self.config.allows(node, id))
            .map(|(id, published)| {
                let header = published.snapshot.header();
                Offer {
                    id,
                    name: header.list.name.clone(),
                    kind: header.list.kind,
                    version: header.version,
                    digest: published.digest(),
                    bytes: published.snapshot.bytes().len() as u64,
                    entries: header.entries,
                    compiled_at: header.compiled_at,
                }
            })
            .collect();
        let publisher = self.publisher.to_string();
        let mut hasher = Sha256::new();
        hasher.update(&publisher);
        for offer in &lists {
            hasher.update(format!("\n{} {}", offer.id, offer.digest));
        }
        let mut tag: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        tag.truncate(TAG_DIGITS);
        Manifest { publisher, tag, lists }
    }
}
