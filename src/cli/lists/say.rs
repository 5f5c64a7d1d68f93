//! What was found, in words and in JSON.

use std::io::{self, Write};
use std::path::Path;

use serde_json::json;

use crate::lists::{self, Entry, PlateChange, Report, SourceKind};

pub(super) fn in_words(path: &Path, report: &Report, output: &mut impl Write) -> io::Result<()> {
    let separator = match report.delimiter {
        Some('\t') => ", separated by tab".to_owned(),
        Some(other) => format!(", separated by {other:?}"),
        None => String::new(),
    };
    let kind = match report.kind {
        SourceKind::Csv => report.encoding.to_string(),
        SourceKind::Xlsx => report.kind.to_string(),
        kind => format!("{kind}, {}", report.encoding),
    };
    let removals = match report.removals {
        0 => String::new(),
        count => format!(", {count} to remove"),
    };
    writeln!(
        output,
        "{}: {} rows, {} kept{removals}, {} rejected, {} said twice; {kind}{separator}",
        path.display(),
        report.rows,
        report.kept,
        report.rejected_count,
        report.same_count,
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
pub(super) fn more(
    count: u64,
    shown: usize,
    what: &str,
    output: &mut impl Write,
) -> io::Result<()> {
    let hidden = count.saturating_sub(shown as u64);
    if hidden > 0 {
        writeln!(output, "  … and {hidden} more {what} rows")?;
    }
    Ok(())
}

pub(super) fn in_json(path: &Path, report: &Report) -> serde_json::Value {
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
        "removals": report.removals,
        "kind": report.kind,
        "rejected_count": report.rejected_count,
        "rejected": rejected,
        "same_count": report.same_count,
        "repeated_count": report.repeated_count,
        "repeated": repeated,
        "encoding": report.encoding.to_string(),
        "delimiter": report.delimiter,
    })
}

/// What changes for a plate, a line for each of its entries before and after.
pub(super) fn change_in_words(change: &PlateChange, output: &mut impl Write) -> io::Result<()> {
    for (sign, entries, others) in
        [('-', &change.before, &change.after), ('+', &change.after, &change.before)]
    {
        for entry in entries.iter().filter(|entry| !others.contains(entry)) {
            writeln!(output, "  {sign} {}", entry_in_words(entry))?;
        }
    }
    Ok(())
}

pub(super) fn entry_in_words(entry: &Entry) -> String {
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
