//! `varco lists show`.

use std::io::{self, Write};
use std::path::PathBuf;

use super::say::{entry_in_words, more};
use super::source::{Reading, each};
use crate::cli::failure::Failure;
use crate::lists::{CsvWriter, Entry, PublisherKey, Snapshot, SnapshotError};
use crate::plate::PlateText;

pub(super) const HELP: &str = "\
With --csv, a text that a spreadsheet would run as a formula gets an apostrophe before it.

Examples:
  varco lists show stolen.csv
  varco lists show --plate AB123CD stolen.csv
  varco lists show --csv register.xlsx > register.csv
  varco lists show lists/stolen/12-3fa0c9d1e2b45678.varcolist";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    reading: Reading,
    /// Write JSON lines.
    #[arg(long)]
    json: bool,
    /// Write CSV that spreadsheets can open without harm.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Only the entries of this plate.
    #[arg(long)]
    plate: Option<PlateText>,
    /// For a snapshot: the key of its publisher. Without it, the signature is checked with
    /// the key that the snapshot names, which says only that it is whole.
    #[arg(long, value_name = "KEY")]
    publisher: Option<PublisherKey>,
    /// The list file, or a snapshot (*.varcolist); `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(args: &Args, output: &mut impl Write) -> Result<bool, Failure> {
    if args.file.extension().is_some_and(|ending| ending == "varcolist") {
        return snapshot(args, output);
    }
    let options = args.reading.options(20)?;
    let mut writer = Writer::new(args, output)?;
    let mut failed = None;
    let report = each(&args.file, &options, |entry| {
        if failed.is_none() && args.plate.as_ref().is_none_or(|plate| *plate == entry.plate) {
            failed = writer.write(&entry).err();
        }
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    writer.finish()?;
    // What was left out must not go unseen, nor stand among the entries.
    let mut log = io::stderr().lock();
    for rejected in &report.rejected {
        writeln!(log, "{}: {rejected}", args.file.display())?;
    }
    more(report.rejected_count, report.rejected.len(), "bad", &mut log)?;
    Ok(report.rejected_count == 0)
}

fn snapshot(args: &Args, output: &mut impl Write) -> Result<bool, Failure> {
    let opened = match args.publisher {
        Some(trusted) => Snapshot::open(&args.file, &trusted),
        None => match Snapshot::open(&args.file, &nobody()?) {
            Err(SnapshotError::Publisher { found, .. }) => Snapshot::open(&args.file, &found),
            other => other,
        },
    };
    let snapshot =
        opened.map_err(|error| Failure::failed(format!("{}: {error}", args.file.display())))?;
    let header = snapshot.header();
    let trust =
        if args.publisher.is_some() { "trusted" } else { "not compared with a trusted key" };
    writeln!(
        io::stderr().lock(),
        "list {} ({}), version {} of {}, {} entries, {} plates, digest {}, signed by {} ({trust})",
        header.list.id,
        header.list.name,
        header.version,
        header.compiled_at,
        header.entries,
        header.plates,
        snapshot.digest(),
        header.publisher,
    )?;
    let mut writer = Writer::new(args, output)?;
    match &args.plate {
        Some(plate) => {
            for entry in snapshot.index().entries(plate) {
                writer.write(&entry)?;
            }
        }
        None => {
            for entry in snapshot.index().iter() {
                writer.write(&entry)?;
            }
        }
    }
    writer.finish()?;
    Ok(true)
}

/// A key that signs nothing.
fn nobody() -> Result<PublisherKey, Failure> {
    Ok("0".repeat(64).parse()?)
}

/// Entries in the form that was asked for.
enum Writer<W: Write> {
    Words(W),
    Json(W),
    Csv(Box<CsvWriter<W>>),
}

impl<W: Write> Writer<W> {
    fn new(args: &Args, output: W) -> io::Result<Self> {
        Ok(match (args.csv, args.json) {
            (true, _) => Self::Csv(Box::new(CsvWriter::new(output)?)),
            (_, true) => Self::Json(output),
            _ => Self::Words(output),
        })
    }

    fn write(&mut self, entry: &Entry) -> io::Result<()> {
        match self {
            Self::Words(output) => writeln!(output, "{}", entry_in_words(entry)),
            Self::Json(output) => writeln!(output, "{}", serde_json::to_string(entry)?),
            Self::Csv(writer) => writer.write(entry),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Words(mut output) | Self::Json(mut output) => output.flush(),
            Self::Csv(writer) => writer.finish(),
        }
    }
}
