//! `varco lists check`.

use std::io::Write;
use std::path::PathBuf;

use super::say::{in_json, in_words};
use super::source::{Reading, each};
use crate::cli::failure::Failure;

pub(super) const HELP: &str = "\
Columns: plate, country, reason, reference, valid_from, valid_to, make, model, colour
(or targa, nazione, motivo, riferimento, valida_dal, valida_al, marca, modello, colore);
only the plate is needed, the order is free. Separated by comma, semicolon, tab or bar.
Other names, other separators and fixed-width records are described in a format file.

Examples:
  varco lists check stolen.csv wanted.xlsx
  varco lists check --format ministry.toml ministry.txt
  gzip -dc stolen.csv.gz | varco lists check -";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    reading: Reading,
    /// Write JSON lines.
    #[arg(long)]
    json: bool,
    /// Bad and repeated rows told for each file; all are counted.
    #[arg(long, value_name = "ROWS", default_value_t = 20)]
    details: usize,
    /// The files; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Checks each file; a file that cannot be read does not hide what the others say.
pub(super) fn run(args: &Args, output: &mut impl Write) -> Result<bool, Failure> {
    let options = args.reading.options(args.details)?;
    let mut good = true;
    for path in &args.files {
        match each(path, &options, |_| {}) {
            Ok(report) => {
                good &= report.rejected_count == 0;
                if args.json {
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
