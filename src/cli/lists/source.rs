//! List files as the command line names them.

use std::fs::{self, File};
use std::io::{self, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::failure::Failure;
use crate::lists::{self, Entry, ImportOptions, ListConfig, LoadError, Report};

/// Files of fewer bytes are read before a bar could be seen.
const WORTH_A_BAR_BYTES: u64 = 4 * 1024 * 1024;

/// How files are read.
#[derive(Debug, clap::Args)]
pub(super) struct Reading {
    /// Leave columns out that are not known, where they are an error otherwise.
    #[arg(long)]
    ignore_unknown_columns: bool,
    /// How the files are laid out (TOML; see docs/reference/lists.md). Without it, that
    /// is found by their content.
    #[arg(long, value_name = "FORMAT.toml", conflicts_with = "list")]
    format: Option<PathBuf>,
    /// The list that the files are of (TOML): its `format` is used.
    #[arg(long, value_name = "LIST.toml")]
    list: Option<PathBuf>,
    /// The files say what changes: `action` is add or remove.
    #[arg(long)]
    increment: bool,
}

impl Reading {
    pub(super) fn options(&self, max_details: usize) -> Result<ImportOptions, Failure> {
        let mut options = match (&self.format, &self.list) {
            (Some(path), _) => ImportOptions { format: parsed(path)?, ..ImportOptions::default() },
            (None, Some(path)) => list(path)?.import_options(),
            (None, None) => ImportOptions::default(),
        };
        options.ignore_unknown |= self.ignore_unknown_columns;
        options.increment = self.increment;
        options.max_details = max_details;
        Ok(options)
    }
}

/// A list from its own file, in which `file` may be missing: what is imported is named on
/// the command line.
pub(super) fn list(path: &Path) -> Result<ListConfig, Failure> {
    let mut table: toml::Table = parsed(path)?;
    if !table.contains_key("file") {
        table.insert("file".to_owned(), toml::Value::String(String::new()));
    }
    table.try_into().map_err(|error| usage(path, &error))
}

fn parsed<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let text = fs::read_to_string(path).map_err(|error| usage(path, &error))?;
    toml::from_str(&text).map_err(|error| usage(path, &error))
}

fn usage(path: &Path, error: &impl std::fmt::Display) -> Failure {
    Failure::usage(format!("{}: {error}", path.display()))
}

/// A list file, or standard input for `-`, with a bar while much of it is read.
pub(super) struct Source {
    content: Box<dyn Read + Send>,
    bar: Option<ProgressBar>,
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, LoadError> {
        if path == Path::new("-") {
            return Ok(Self { content: Box::new(io::stdin()), bar: None });
        }
        let file = lists::open(path)?;
        let bar = bar(path, &file);
        let content: Box<dyn Read + Send> = match &bar {
            Some(bar) => Box::new(bar.wrap_read(file)),
            None => Box::new(file),
        };
        Ok(Self { content, bar })
    }

    /// The content, and what ends the bar.
    pub(super) fn into_parts(self) -> (Box<dyn Read + Send>, Bar) {
        (self.content, Bar(self.bar))
    }
}

/// A bar that goes with the value.
pub(super) struct Bar(Option<ProgressBar>);

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// Gives each good entry of a file to `keep`.
pub(super) fn each(
    path: &Path,
    options: &ImportOptions,
    keep: impl FnMut(Entry),
) -> Result<Report, LoadError> {
    let (content, _bar) = Source::open(path)?.into_parts();
    lists::import_each(BufReader::with_capacity(1 << 18, content), options, keep)
        .map_err(|source| LoadError::Import { file: path.to_owned(), source })
}

fn bar(path: &Path, file: &File) -> Option<ProgressBar> {
    let bytes = file.metadata().ok()?.len();
    if bytes < WORTH_A_BAR_BYTES || !io::stderr().is_terminal() {
        return None;
    }
    let template = "{msg} {bar:30} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left";
    let style = ProgressStyle::with_template(template).ok()?;
    let name = path.file_name()?.to_string_lossy().into_owned();
    Some(ProgressBar::new(bytes).with_style(style).with_message(name))
}
