//! `varco lists import` and `varco lists watch`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use super::say::{change_in_words, in_words};
use super::source::{Source, list};
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::lists::{
    Delivery, DeliveryError, DeliveryOptions, Fate, Inbox, ListConfig, Outcome, SigningKey,
    SnapshotStore, deliver,
};

pub(super) const IMPORT_HELP: &str = "\
The folder holds a version of each list after the other and the key they are signed with
(key.pem, made when it is missing). The file replaces the list, or changes it with --increment.
A delivery that takes more than --max-shrink of the entries away is held back: exit status 1.

Examples:
  varco lists import --list stolen.toml --into lists --dry-run stolen.csv
  varco lists import --list stolen.toml --into lists stolen.csv
  varco lists import --list stolen.toml --into lists --increment changes.csv
  gzip -dc stolen.csv.gz | varco lists import --list stolen.toml --into lists -";

pub(super) const WATCH_HELP: &str = "\
A file is taken once it has not changed for a few seconds (names that start with a dot or end
in .part or .tmp are left alone), then moved to done/, held/ or refused/ with a report beside it.

Example:
  varco lists watch --list stolen.toml --into lists /srv/deliveries/stolen";

/// Where versions go, and how much they may change.
#[derive(Debug, clap::Args)]
struct Taking {
    /// The list (TOML): id, kind, purpose, legal basis, format.
    #[arg(long, value_name = "LIST.toml")]
    list: PathBuf,
    /// The folder with the versions of lists and the key that signs them.
    #[arg(long, value_name = "FOLDER")]
    into: PathBuf,
    /// The file says what changes: its column `action` is add or remove.
    #[arg(long)]
    increment: bool,
    /// The share of its entries that the list may lose at once.
    #[arg(long, value_name = "SHARE", default_value_t = 0.2, value_parser = share)]
    max_shrink: f64,
    /// Bad rows, and changes of each sort, that are told; all are counted.
    #[arg(long, value_name = "ROWS", default_value_t = 10)]
    details: usize,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("use 0 to 1, such as 0.2".to_owned()),
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct ImportArgs {
    #[command(flatten)]
    taking: Taking,
    /// Only tell what would change.
    #[arg(long)]
    dry_run: bool,
    /// The list may lose as many entries as it does.
    #[arg(long)]
    accept_shrink: bool,
    /// The file; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(super) struct WatchArgs {
    #[command(flatten)]
    taking: Taking,
    /// Seconds in which a file must not have changed.
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    quiet: u64,
    /// Take what is there and end, for a timer of the system.
    #[arg(long)]
    once: bool,
    /// The folder into which deliveries are put.
    #[arg(value_name = "INBOX")]
    inbox: PathBuf,
}

/// What a delivery needs, opened once.
struct Desk {
    config: ListConfig,
    store: SnapshotStore,
    key: SigningKey,
    options: DeliveryOptions,
}

impl Taking {
    fn open(&self) -> Result<Desk, Failure> {
        let config = list(&self.list)?;
        config
            .list()
            .map_err(|error| Failure::usage(format!("{}: {error}", self.list.display())))?;
        let store = SnapshotStore::open(&self.into)?;
        let key = SigningKey::load_or_make(&store.key_file())?;
        let mut options = DeliveryOptions {
            import: config.import_options(),
            max_shrink: self.max_shrink,
            max_told: self.details,
            ..DeliveryOptions::default()
        };
        options.import.increment = self.increment;
        options.import.max_details = self.details;
        Ok(Desk { config, store, key, options })
    }
}

impl Desk {
    fn take(&self, path: &Path, options: &DeliveryOptions) -> Result<Delivery, DeliveryError> {
        let (content, bar) = Source::open(path)?.into_parts();
        let delivery =
            deliver(&self.store, &self.key, &self.config, path, content, options, Timestamp::now());
        drop(bar);
        delivery
    }
}

/// True when the list is now what the file says.
pub(super) fn import(args: &ImportArgs, output: &mut impl Write) -> Result<bool, Failure> {
    let desk = args.taking.open()?;
    let options = DeliveryOptions {
        dry_run: args.dry_run,
        accept_shrink: args.accept_shrink,
        ..desk.options.clone()
    };
    let delivery = desk.take(&args.file, &options)?;
    in_words(&args.file, &delivery.report, output)?;
    said(&desk.config.id, &delivery, output)?;
    output.flush()?;
    if delivery.outcome == Outcome::Held {
        return Err(Failure::failed(held(&delivery, options.max_shrink)));
    }
    Ok(delivery.report.rejected_count == 0)
}

fn held(delivery: &Delivery, max_shrink: f64) -> String {
    format!(
        "held back: the list would shrink from {} to {} entries ({:.0} %, more than {:.0} %); \
         nothing was changed. If that is right, import it again with --accept-shrink",
        delivery.entries_before,
        delivery.entries,
        delivery.shrinks_by() * 100.0,
        max_shrink * 100.0,
    )
}

fn said(list: &str, delivery: &Delivery, output: &mut impl Write) -> io::Result<()> {
    let diff = &delivery.diff;
    let outcome = match delivery.outcome {
        Outcome::Installed => format!("version {} is current", delivery.version),
        Outcome::Unchanged => "nothing changes, the current version stays".to_owned(),
        Outcome::DryRun => format!("would be version {} (dry run)", delivery.version),
        Outcome::Held => "held back".to_owned(),
    };
    writeln!(
        output,
        "{list}: {outcome}: {} entries; plates: {} added, {} removed, {} changed, {} as before",
        delivery.entries, diff.added, diff.removed, diff.changed, diff.unchanged,
    )?;
    for change in &diff.first {
        change_in_words(change, output)?;
    }
    let hidden = (diff.added + diff.removed + diff.changed).saturating_sub(diff.first.len() as u64);
    if hidden > 0 {
        writeln!(output, "  … and {hidden} more")?;
    }
    Ok(())
}

/// Takes deliveries until it is asked to end; a bad one does not stop the next.
pub(super) fn watch(args: &WatchArgs, output: &mut impl Write) -> Result<bool, Failure> {
    let desk = args.taking.open()?;
    let quiet = Duration::from_secs(args.quiet);
    let mut inbox = Inbox::open(&args.inbox, quiet)?;
    let interrupt = interrupt::watch()?;
    let mut good = true;
    let deadline = SystemTime::now() + quiet + Duration::from_secs(2);
    loop {
        for file in inbox.ready(SystemTime::now())? {
            if interrupt.is_set() {
                return Ok(good);
            }
            let (fate, report) = settle(&desk, &file);
            good &= fate == Fate::Done;
            let moved = inbox.settle(&file, fate, &report, Timestamp::now())?;
            writeln!(output, "{}\n{report}", moved.display())?;
            output.flush()?;
        }
        if interrupt.is_set() || (args.once && SystemTime::now() > deadline) {
            return Ok(good);
        }
        sleep(Duration::from_secs(1));
    }
}

/// Takes one file; what became of it, and the report that is put beside it.
fn settle(desk: &Desk, file: &Path) -> (Fate, String) {
    let delivery = match desk.take(file, &desk.options) {
        Ok(delivery) => delivery,
        Err(error) => return (Fate::Refused, format!("error: {error}\n")),
    };
    let mut text = Vec::new();
    // Writing into memory does not fail.
    let _ = in_words(file, &delivery.report, &mut text);
    let _ = said(&desk.config.id, &delivery, &mut text);
    let mut report = String::from_utf8_lossy(&text).into_owned();
    if delivery.outcome == Outcome::Held {
        report += &held(&delivery, desk.options.max_shrink);
        report.push('\n');
        return (Fate::Held, report);
    }
    (Fate::Done, report)
}
