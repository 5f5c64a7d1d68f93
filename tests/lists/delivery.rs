//! Deliveries into a folder of versions: whole lists, increments, dry runs, what is held back,
//! and the watched folder; through the command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::csv::{plate, text};

struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        let list = "id = \"stolen\"\nkind = \"stolen\"\npurpose = \"find stolen vehicles\"\n\
            legal_basis = \"art. 54 TUEL\"\n[format.columns]\nplate = \"TARGA VEICOLO\"\n";
        fs::write(desk.path("list.toml"), list).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file with plates `from..to`.
    fn file(&self, name: &str, from: u32, to: u32, reason: &str) -> PathBuf {
        let rows: String = (from..to).map(|n| format!("{};{reason}\n", plate(n * 7))).collect();
        self.write(name, &format!("TARGA VEICOLO;motivo\n{rows}"))
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn varco(&self, command: &str, arguments: &[&str], file: &Path) -> Output {
        Command::new(env!("CARGO_BIN_EXE_varco"))
            .args(["lists", command, "--list"])
            .arg(self.path("list.toml"))
            .arg("--into")
            .arg(self.path("into"))
            .args(arguments)
            .arg(file)
            .output()
            .unwrap()
    }

    fn import(&self, arguments: &[&str], file: &Path) -> (i32, String, String) {
        let output = self.varco("import", arguments, file);
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    }

    /// Versions and files of the list, newest first.
    fn versions(&self) -> Vec<PathBuf> {
        let Ok(folder) = fs::read_dir(self.path("into/stolen")) else { return Vec::new() };
        let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.reverse();
        files
    }

    /// The entries of the current version, as it shows them.
    fn current(&self) -> Vec<String> {
        let newest = self.versions().remove(0);
        let output = Command::new(env!("CARGO_BIN_EXE_varco"))
            .args(["lists", "show"])
            .arg(newest)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout).lines().map(str::to_owned).collect()
    }
}

#[test]
fn a_delivery_replaces_the_list_and_a_dry_run_only_tells() {
    let desk = Desk::new();
    let first = desk.file("first.csv", 0, 100, "one");
    let (status, said, _) = desk.import(&["--dry-run"], &first);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("would be version 1 (dry run)") && said.contains("100 added"), "{said}");
    assert!(desk.versions().is_empty(), "nothing is written");

    let (status, said, _) = desk.import(&[], &first);
    assert!(status == 0 && said.contains("version 1 is current"), "{said}");
    assert_eq!(desk.current().len(), 100);
    let (status, said, _) = desk.import(&[], &first);
    assert!(status == 0 && said.contains("nothing changes"), "{said}");
    assert_eq!(desk.versions().len(), 1);

    // 10 go, 20 come, 1 says something else.
    let changed = fs::read_to_string(desk.file("next.csv", 10, 120, "one")).unwrap();
    let changed = desk.write("next.csv", &changed.replacen("one", "two", 1));
    let (status, said, _) = desk.import(&["--details", "1"], &changed);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("20 added, 10 removed, 1 changed, 89 as before"), "{said}");
    assert!(said.contains("… and 28 more") && said.contains("  two"), "{said}");
    assert_eq!(desk.current().len(), 110);
}

#[test]
fn a_delivery_that_shrinks_the_list_waits_for_a_person() {
    let desk = Desk::new();
    desk.import(&[], &desk.file("first.csv", 0, 100, "one"));
    let fewer = desk.file("fewer.csv", 0, 79, "one");
    let (status, said, error) = desk.import(&[], &fewer);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("21 removed"), "{said}");
    assert!(
        error.contains("from 100 to 79 entries") && error.contains("--accept-shrink"),
        "{error}"
    );
    assert_eq!(desk.current().len(), 100, "the version before is still current");
    assert_eq!(desk.import(&["--max-shrink", "0.3"], &fewer).0, 0);
    assert_eq!(desk.current().len(), 79);
    let none = desk.write("none.csv", "TARGA VEICOLO\n");
    assert_eq!(desk.import(&[], &none).0, 1);
    assert_eq!(desk.import(&["--accept-shrink"], &none).0, 0);
    assert_eq!(desk.current().len(), 0);
    assert_eq!(desk.import(&["--max-shrink", "2"], &none).0, 2, "a share is 0 to 1");
}

#[test]
fn a_file_that_cannot_be_used_changes_nothing() {
    let desk = Desk::new();
    desk.import(&[], &desk.file("first.csv", 0, 10, "one"));
    let wrong = desk.write("wrong.csv", "TARGA VEICOLO;motivo\n???;a\n!!!;b\n");
    let (status, _, error) = desk.import(&["--accept-shrink"], &wrong);
    assert!(status == 1 && error.contains("not one of the 2 rows"), "{error}");
    let wrong = desk.write("wrong.csv", "targa_veicolo_2;motivo\nAB123CD;a\n");
    let (status, _, error) = desk.import(&[], &wrong);
    assert!(status == 1 && error.contains("no column \"TARGA VEICOLO\""), "{error}");
    assert_eq!(desk.current().len(), 10);
    // A bad row costs itself only, and the exit status tells.
    let mut rows = fs::read_to_string(desk.file("more.csv", 0, 12, "one")).unwrap();
    rows.push_str("A?;x\n");
    let (status, said, _) = desk.import(&[], &desk.write("more.csv", &rows));
    assert!(status == 1 && said.contains("1 rejected") && said.contains("is current"), "{said}");
    assert_eq!(desk.current().len(), 12);
}

#[test]
fn an_increment_changes_the_current_version() {
    let desk = Desk::new();
    desk.import(&[], &desk.file("first.csv", 0, 10, "one"));
    let (gone, other, new) = (plate(0), plate(7), plate(7000));
    let increment = desk.write(
        "increment.csv",
        &format!(
            "TARGA VEICOLO;azione;motivo\n{gone};rimuovi;\n{other};modifica;two\n{new};;three\n\
             {new};rimuovi;\n{new};aggiungi;four\n"
        ),
    );
    let (status, said, _) = desk.import(&["--increment"], &increment);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("1 added, 1 removed, 1 changed, 8 as before"), "{said}");
    let current = desk.current().join("\n");
    assert!(!current.contains(&gone) && current.contains("two") && current.contains("four"));
    assert!(!current.contains("three"), "a later row speaks for the plate");
    assert_eq!(desk.current().len(), 10);
    // Read as a whole list, the same file takes nothing away unseen.
    let (status, said, error) = desk.import(&[], &increment);
    assert!(status == 1 && said.contains("import the file as an increment"), "{said} {error}");
    assert_eq!(desk.current().len(), 10, "and shrinks the list too much");
}

#[test]
fn a_damaged_version_is_set_aside_and_a_strange_one_not_overwritten() {
    let desk = Desk::new();
    desk.import(&[], &desk.file("first.csv", 0, 10, "one"));
    desk.import(&[], &desk.file("second.csv", 0, 11, "one"));
    let newest = desk.versions().remove(0);
    let mut bytes = fs::read(&newest).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&newest, bytes).unwrap();
    let (status, said, _) = desk.import(&[], &desk.file("third.csv", 0, 12, "one"));
    assert!(status == 0 && said.contains("2 added"), "against the version before: {said}");

    // Another key: nobody knows what the current list is.
    fs::remove_file(desk.path("into/publisher-key.pem")).unwrap();
    let (status, _, error) = desk.import(&[], &desk.file("fourth.csv", 0, 13, "one"));
    assert!(status == 1 && error.contains("nothing was changed"), "{error}");
}

#[test]
fn what_is_put_into_the_watched_folder_is_taken_once() {
    let desk = Desk::new();
    let inbox = desk.path("inbox");
    fs::create_dir(&inbox).unwrap();
    fs::rename(desk.file("a.csv", 0, 100, "one"), inbox.join("a.csv")).unwrap();
    fs::rename(desk.file("b.csv", 0, 10, "one"), inbox.join("b.csv")).unwrap();
    fs::write(inbox.join("c.csv"), "nothing of use\n").unwrap();
    fs::write(inbox.join("d.csv.part"), "half").unwrap();
    let output = desk.varco("watch", &["--once", "--quiet", "1"], &inbox);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    let names = |folder: &str| {
        let mut names: Vec<String> = fs::read_dir(inbox.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .map(|name| name.split_once('-').unwrap().1.to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("done"), ["a.csv", "a.csv.report.txt"]);
    assert_eq!(names("held"), ["b.csv", "b.csv.report.txt"]);
    assert_eq!(names("refused"), ["c.csv", "c.csv.report.txt"]);
    assert!(inbox.join("d.csv.part").exists());
    assert_eq!(desk.current().len(), 100);
}

#[test]
fn a_compiled_file_is_shown_only_when_it_is_whole() {
    let desk = Desk::new();
    let out = desk.path("stolen.varcolist");
    let compile = |file: &Path| {
        Command::new(env!("CARGO_BIN_EXE_varco"))
            .args(["lists", "compile", "--version", "3", "--list"])
            .arg(desk.path("list.toml"))
            .arg("--key")
            .arg(desk.path("key.pem"))
            .arg("--out")
            .arg(&out)
            .arg(file)
            .output()
            .unwrap()
    };
    let output = compile(&desk.file("first.csv", 0, 10, "=1+1"));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    let publisher = said.trim().rsplit(' ').next().unwrap().to_owned();
    let show = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_varco"))
            .args(["lists", "show"])
            .args(arguments)
            .arg(&out)
            .output()
            .unwrap()
    };
    let output = show(&["--csv", "--publisher", &publisher, "--plate", &plate(7)]);
    assert!(text(&output.stdout).contains(&format!("{},,'=1+1", plate(7))), "{output:?}");
    assert!(text(&output.stderr).contains("version 3") && text(&output.stderr).contains("trusted"));
    let output = show(&["--publisher", &"1".repeat(64)]);
    assert_eq!(output.status.code(), Some(1));
    let mut bytes = fs::read(&out).unwrap();
    let middle = bytes.len() - 3;
    bytes[middle] ^= 0x40;
    fs::write(&out, bytes).unwrap();
    let output = show(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty() && !output.stderr.is_empty());
}
