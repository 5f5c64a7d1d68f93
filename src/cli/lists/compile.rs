//! `varco lists compile`.

use std::io::Write;
use std::path::PathBuf;

use jiff::Timestamp;

use super::say::in_words;
use super::source::{Source, list};
use crate::cli::failure::Failure;
use crate::durable::{self, Access};
use crate::lists::{PublisherKey, SigningKey, Snapshot, compile, index_from};

pub(super) const HELP: &str = "\
One file for a node that no centre serves. Folders of versions are kept by varco lists import.

Example:
  varco lists compile --list stolen.toml --key key.pem --version 7 \\
    --out stolen.varcolist stolen.csv";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The list (TOML): id, kind, purpose, legal basis, format.
    #[arg(long, value_name = "LIST.toml")]
    list: PathBuf,
    /// The key that signs it (PEM); made when it is missing.
    #[arg(long, value_name = "KEY.pem")]
    key: PathBuf,
    /// The version; nodes take only newer ones.
    #[arg(long, value_name = "NUMBER")]
    version: u64,
    /// The snapshot file to write.
    #[arg(long, value_name = "FILE.varcolist")]
    out: PathBuf,
    /// Bad and repeated rows that are told; all are counted.
    #[arg(long, value_name = "ROWS", default_value_t = 10)]
    details: usize,
    /// The list file; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(args: &Args, output: &mut impl Write) -> Result<bool, Failure> {
    let config = list(&args.list)?;
    let described = config
        .list()
        .map_err(|error| Failure::usage(format!("{}: {error}", args.list.display())))?;
    let key = SigningKey::load_or_make(&args.key)?;
    let options =
        crate::lists::ImportOptions { max_details: args.details, ..config.import_options() };
    let (content, bar) = Source::open(&args.file)?.into_parts();
    let (index, report) = index_from(&args.file, content, &options)?;
    drop(bar);
    in_words(&args.file, &report, output)?;
    if index.is_empty() && report.rejected_count > 0 {
        return Err(Failure::failed("not one row can be used: nothing is written"));
    }
    let bytes = compile(described, args.version, Timestamp::now(), &index, &key)?;
    durable::write(&args.out, &bytes, Access::Usual)
        .map_err(|error| Failure::failed(error.to_string()))?;
    let trusted: PublisherKey = key.public();
    let snapshot = Snapshot::open(&args.out, &trusted)?;
    writeln!(
        output,
        "{}: {} entries, {} plates, {} bytes ({:.2} an entry), digest {}, signed by {trusted}",
        args.out.display(),
        index.len(),
        index.plates(),
        bytes.len(),
        bytes.len() as f64 / (index.len().max(1)) as f64,
        snapshot.digest(),
    )?;
    Ok(report.rejected_count == 0)
}
