//! The program as a person runs it.

// Each test program uses a part of it.
#![allow(dead_code)]

use std::process::{Command, Output};

use serde_json::Value;

/// Runs `varco` with these arguments from the checkout's root.
pub(crate) fn varco(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_varco"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

/// What it wrote as JSON lines.
pub(crate) fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What it told the person.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
