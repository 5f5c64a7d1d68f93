//! Modules import only along the way of the data (docs/design/architecture.md).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each module may use. A module that is not named here is a fault too.
const MAY_USE: &[(&str, &[&str])] = &[
    ("config", &[]),
    ("keyfile", &[]),
    ("durable", &[]),
    ("clock", &[]),
    ("pages", &[]),
    ("plate", &[]),
    ("frame", &[]),
    ("scene", &["frame"]),
    ("video", &["frame", "scene"]),
    ("vision", &["plate", "frame"]),
    ("tracking", &["plate", "frame", "scene", "vision"]),
    ("traffic", &["frame", "vision", "tracking"]),
    ("siting", &["frame", "vision", "tracking"]),
    ("lists", &["keyfile", "durable", "plate", "tracking"]),
    ("matching", &["plate", "tracking", "lists"]),
    ("event", &["clock", "plate", "frame", "vision", "tracking", "siting", "lists", "matching"]),
    ("position", &["clock", "event"]),
    ("store", &["durable", "clock", "plate", "event", "lists", "matching", "tracking"]),
    ("link", &["clock", "keyfile", "event", "lists", "store"]),
    (
        "node",
        &[
            "config", "durable", "clock", "plate", "frame", "scene", "video", "vision", "tracking",
            "traffic", "siting", "lists", "matching", "event", "position", "store", "link",
            "pages",
        ],
    ),
    (
        "centre",
        &["config", "pages", "plate", "tracking", "lists", "matching", "event", "store", "link"],
    ),
    (
        "cli",
        &[
            "config", "durable", "plate", "frame", "video", "vision", "tracking", "traffic",
            "siting", "lists", "matching", "event", "store", "link", "node", "centre",
        ],
    ),
];

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}

/// The modules that a source text names after `crate::`, with groups taken apart.
fn used_modules(source: &str) -> Vec<String> {
    let mut used = Vec::new();
    for (place, _) in source.match_indices("crate::") {
        let rest = &source[place + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0_usize;
            let mut name = String::new();
            let mut reading = true;
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        used.push(std::mem::take(&mut name));
                        reading = true;
                        continue;
                    }
                    ':' => reading = false,
                    _ => {}
                }
                if depth == 0 && reading && (c.is_alphanumeric() || c == '_') {
                    name.push(c);
                }
            }
            used.push(name);
        } else {
            used.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    used.retain(|name| !name.is_empty());
    used
}

fn faults(source_folder: &Path) -> Vec<String> {
    let may_use: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut faults = Vec::new();
    for file in rust_files(source_folder) {
        let relative = file.strip_prefix(source_folder).unwrap();
        let module = relative.components().next().unwrap().as_os_str().to_str().unwrap();
        if module == "lib.rs" || module == "main.rs" {
            continue;
        }
        let Some(allowed) = may_use.get(module) else {
            faults
                .push(format!("{}: module {module} has no place in the order", relative.display()));
            continue;
        };
        for used in used_modules(&fs::read_to_string(&file).unwrap()) {
            if used != module
                && may_use.contains_key(used.as_str())
                && !allowed.contains(&used.as_str())
            {
                faults.push(format!("{}: {module} must not use {used}", relative.display()));
            }
        }
    }
    faults
}

#[test]
fn modules_import_along_the_data() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let faults = faults(&source);
    assert!(faults.is_empty(), "imports against the direction of the data:\n{}", faults.join("\n"));
}

#[test]
fn the_order_itself_has_no_way_back() {
    for (place, (module, allowed)) in MAY_USE.iter().enumerate() {
        for used in *allowed {
            let at = MAY_USE.iter().position(|(name, _)| name == used);
            assert!(
                at.is_some_and(|at| at < place),
                "{module} stands before {used}, which it uses"
            );
        }
    }
}

#[test]
fn an_import_against_the_direction_is_found() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("plate")).unwrap();
    fs::write(folder.path().join("plate/mod.rs"), "use crate::{frame::Rect, centre};\n").unwrap();
    let faults = faults(folder.path());
    assert_eq!(faults.len(), 2, "{faults:?}");
}
