//! `varco lists show`.

use std::io::{self, Write};
use std::path::PathBuf;

use super::say::{entry_in_words, more};
use super::source::{Reading, each};
use crate::cli::failure::Failure;
use crate::lists::{CsvWriter, Entry};
use crate::plate::PlateText;

pub(super) const HELP: &str = "\
With --csv, a text that a spreadsheet would run as a formula gets an apostrophe before it.

Examples:
  varco lists show stolen.csv
  varco lists show --plate AB123CD stolen.csv
  varco lists show --csv register.xlsx > register.csv";

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
    /// The file; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(args: &Args, output: &mut impl Write) -> Result<bool, Failure> {
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

/// Entries in the form that was asked for.
enum Writer<W: Write> {
    Words(W),
    Json(W),
    Csv(CsvWriter<W>),
}

impl<W: Write> Writer<W> {
    fn new(args: &Args, output: W) -> io::Result<Self> {
        Ok(match (args.csv, args.json) {
            (true, _) => Self::Csv(CsvWriter::new(output)?),
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
