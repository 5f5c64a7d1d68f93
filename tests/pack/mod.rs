//! The data pack of real pictures and clips, which is no part of the project.

use std::path::{Path, PathBuf};

/// The data pack's folder, if there is one; says loudly when there is none.
pub(crate) fn data_pack() -> Option<PathBuf> {
    let folder = std::env::var_os("VARCO_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    if folder.join("clips/truth.json").is_file() {
        return Some(folder);
    }
    println!("LEFT OUT: there is no data pack in {} (set VARCO_DATA)", folder.display());
    None
}
