//! `varco lists check` and `varco lists show`.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::failure::{Failure, Outcome};
use crate::lists::{self, Entry, ImportOptions, LoadError, Report};
use crate::plate::PlateText;

/// Files of fewer bytes are read before a bar could be seen.
const WORTH_A_BAR_BYTES: u64 = 4 * 1024 * 1024;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Checks list files (CSV) and tells every bad row: exit status 1 if there is one.
    #[command(after_help = CHECK_HELP)]
    Check(CheckArgs),
    /// Shows the entries of a list file (CSV) as they are understood.
    #[command(after_help = "Examples:\n  varco lists show stolen.csv\n  \
                            varco lists show --plate AB123CD stolen.csv")]
    Show(ShowArgs),
}

const CHECK_HELP: &str = "\
Columns: plate, country, reason, reference, valid_from, valid_to, make, model, colour
(or targa, nazione, motivo, riferimento, valida_dal, valida_al, marca, modello, colore);
only the plate is needed, the order is free. Separated by comma, semicolon or tab.

Example:
  varco lists check stolen.csv wanted.csv";

#[derive(Debug, clap::Args)]
struct Reading {
    /// Leave columns out that are not known, where they are an error otherwise.
    #[arg(long)]
    ignore_unknown_columns: bool,
    /// Write JSON lines.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct CheckArgs {
    #[command(flatten)]
    reading: Reading,
    /// Bad and repeated rows told for each file; all are counted.
    #[arg(long, value_name = "ROWS", default_value_t = 20)]
    details: usize,
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct ShowArgs {
    #[command(flatten)]
    reading: Reading,
    /// Only the entries of this plate.
    #[arg(long)]
    plate: Option<PlateText>,
    /// The file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(args: &Args) -> Outcome {
    let mut output = BufWriter::new(io::stdout().lock());
    let good = match &args.command {
        Command::Check(args) => check(args, &mut output)?,
        Command::Show(args) => show(args, &mut output)?,
    };
    output.flush()?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Checks each file; a file that cannot be read does not hide what the others say.
fn check(args: &CheckArgs, output: &mut impl Write) -> Result<bool, Failure> {
    let options = args.reading.options(args.details);
    let mut good = true;
    for path in &args.files {
        match each(path, &options, |_| {}) {
            Ok(report) => {
                good &= report.rejected_count == 0;
                if args.reading.json {
                    writeln!(output, "{}", in_json(path, &report))?;
                } else {
                    in_words(path, &report, output)?;
                }
            }
            Err(error) => {
                good = false;
                output.flush()?;
                Failure::from(error).report();
            }
        }
    }
    Ok(good)
}

fn show(args: &ShowArgs, output: &mut impl Write) -> Result<bool, Failure> {
    let options = args.reading.options(20);
    let mut failed = None;
    let report = each(&args.file, &options, |entry| {
        if failed.is_some() || args.plate.as_ref().is_some_and(|plate| *plate != entry.plate) {
            return;
        }
        let written = if args.reading.json {
            serde_json::to_string(&entry)
                .map_err(io::Error::from)
                .and_then(|line| writeln!(output, "{line}"))
        } else {
            writeln!(output, "{}", entry_in_words(&entry))
        };
        failed = written.err();
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    output.flush()?;
    // What was left out must not go unseen, nor stand among the entries.
    let mut log = io::stderr().lock();
    for rejected in &report.rejected {
        writeln!(log, "{}: {rejected}", args.file.display())?;
    }
    more(report.rejected_count, report.rejected.len(), "bad", &mut log)?;
    Ok(report.rejected_count == 0)
}

impl Reading {
    fn options(&self, max_details: usize) -> ImportOptions {
        ImportOptions { ignore_unknown: self.ignore_unknown_columns, max_details }
    }
}

/// Reads a list file, with a bar for a big one.
fn each(
    path: &Path,
    options: &ImportOptions,
    keep: impl FnMut(Entry),
) -> Result<Report, LoadError> {
    let file = lists::open(path)?;
    let bar = bar(path, &file);
    let content: Box<dyn Read> = match &bar {
        Some(bar) => Box::new(bar.wrap_read(file)),
        None => Box::new(file),
    };
    let report = lists::import_each(BufReader::with_capacity(1 << 18, content), options, keep);
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    report.map_err(|source| LoadError::Import { file: path.to_owned(), source })
}

fn bar(path: &Path, file: &File) -> Option<ProgressBar> {
    let bytes = file.metadata().ok()?.len();
    if bytes < WORTH_A_BAR_BYTES || !io::stderr().is_terminal() {
        return None;
    }
    let template = "{msg} {bar:30} {bytes}/{total_bytes} {eta}";
    let style = ProgressStyle::with_template(template).ok()?;
    let name = path.file_name()?.to_string_lossy().into_owned();
    Some(ProgressBar::new(bytes).with_style(style).with_message(name))
}

fn in_words(path: &Path, report: &Report, output: &mut impl Write) -> io::Result<()> {
    let separator = match report.delimiter {
        '\t' => "tab".to_owned(),
        other => format!("{other:?}"),
    };
    writeln!(
        output,
        "{}: {} rows, {} kept, {} rejected, {} said twice; {}, separated by {separator}",
        path.display(),
        report.rows,
        report.kept,
        report.rejected_count,
        report.same_count,
        report.encoding,
    )?;
    for rejected in &report.rejected {
        writeln!(output, "  {rejected}")?;
    }
    more(report.rejected_count, report.rejected.len(), "bad", output)?;
    for repeated in &report.repeated {
        let kept = if repeated.same { "left out" } else { "kept too, for it says something else" };
        let (line, plate, first) = (repeated.line, &repeated.plate, repeated.first_line);
        writeln!(output, "  line {line}: {plate} stands in line {first} already; {kept}")?;
    }
    let repeated = report.same_count + report.repeated_count;
    more(repeated, report.repeated.len(), "repeated", output)
}

/// Says how many rows were not shown.
fn more(count: u64, shown: usize, what: &str, output: &mut impl Write) -> io::Result<()> {
    let hidden = count.saturating_sub(shown as u64);
    if hidden > 0 {
        writeln!(output, "  … and {hidden} more {what} rows")?;
    }
    Ok(())
}

fn in_json(path: &Path, report: &Report) -> serde_json::Value {
    let rejected: Vec<_> = report
        .rejected
        .iter()
        .map(|r| {
            let column = r.column.map(lists::Column::name);
            json!({"line": r.line, "column": column, "value": r.value, "reason": r.reason})
        })
        .collect();
    let repeated: Vec<_> = report
        .repeated
        .iter()
        .map(|r| {
            json!({"line": r.line, "first_line": r.first_line, "plate": r.plate, "same": r.same})
        })
        .collect();
    json!({
        "file": path,
        "rows": report.rows,
        "kept": report.kept,
        "rejected_count": report.rejected_count,
        "rejected": rejected,
        "same_count": report.same_count,
        "repeated_count": report.repeated_count,
        "repeated": repeated,
        "encoding": report.encoding.to_string(),
        "delimiter": report.delimiter,
    })
}

fn entry_in_words(entry: &Entry) -> String {
    let country = entry.country.map(|country| country.to_string());
    let from = entry.valid_from.map(|day| format!("from {day}"));
    let to = entry.valid_to.map(|day| format!("to {day}"));
    let vehicle = &entry.vehicle;
    let said = [
        &entry.reason,
        &entry.reference,
        &from,
        &to,
        &vehicle.make,
        &vehicle.model,
        &vehicle.colour,
    ];
    let said: Vec<&str> = said.into_iter().flatten().map(String::as_str).collect();
    let country = country.as_deref().unwrap_or("--");
    let line = format!("{:<12} {country}  {}", entry.plate.as_str(), said.join(", "));
    line.trim_end().to_owned()
}
