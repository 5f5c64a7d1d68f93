//! The figures as JSON or as tables.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::measure::{ALL, Figures, Share, Texts};
use crate::cli::failure::Failure;

/// Quantile of the normal distribution for 95 %.
const Z: f64 = 1.96;

pub(super) fn print(figures: &Figures, json: bool) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = if json {
        serde_json::to_writer_pretty(&mut out, figures)?;
        writeln!(out)
    } else {
        tables(&mut out, figures)
    };
    written.map_err(|error| Failure::failed(format!("cannot write the figures: {error}")))
}

fn tables(out: &mut impl Write, figures: &Figures) -> io::Result<()> {
    for (name, model) in ["detector", "reader"].iter().zip(&figures.models) {
        writeln!(out, "{name}: {model}")?;
    }
    if figures.pictures > 0 {
        writeln!(
            out,
            "\n{} pictures of the split {:?}, score threshold {:.2}, {:.1} ms a picture (detect and read)",
            figures.pictures, figures.split, figures.score_threshold, figures.picture_ms
        )?;
        writeln!(out, "\nplates found (overlap 0.5 or more)")?;
        row(out, "legible, 60 px or wider", figures.recall_legible_60)?;
        for (source, classes) in &figures.recall {
            for (class, share) in classes {
                row(out, &format!("{source}, {class}"), *share)?;
            }
        }
        writeln!(
            out,
            "\ndetections that are labelled plates (a lower bound: some plates are not labelled)"
        )?;
        for (source, share) in &figures.precision {
            row(out, source, *share)?;
        }
        if let Some(error) = figures.corner_error {
            let of = figures.corners_of;
            writeln!(
                out,
                "\ncorners: {:.1} % of the plate's height off, mean of {of} plates",
                error * 100.0
            )?;
        }
        writeln!(out, "\nlegible plates read through the labelled box")?;
        texts(out, &figures.box_texts)?;
        texts(out, &figures.box_texts_by_width)?;
        writeln!(out, "\nfound and read from the picture alone (legible, 60 px or wider)")?;
        one(out, ALL, &figures.whole_way)?;
    }
    if !figures.crop_texts.is_empty() {
        writeln!(out, "\ncut-out plates, {:.2} ms a plate", figures.crop_ms)?;
        texts(out, &figures.crop_texts)?;
    }
    Ok(())
}

fn texts(out: &mut impl Write, groups: &BTreeMap<String, Texts>) -> io::Result<()> {
    groups.iter().try_for_each(|(name, texts)| one(out, name, texts))
}

fn one(out: &mut impl Write, name: &str, texts: &Texts) -> io::Result<()> {
    let Texts { exact, folded, characters, confident_and_wrong } = texts;
    row(out, name, *exact)?;
    writeln!(
        out,
        "  {:<44} {:>5.1} % with O=0, I=1; characters {:.2} %; wrong at confidence 0.9 or more: {}",
        "",
        percent(*folded),
        percent(*characters),
        confident_and_wrong.right
    )
}

fn row(out: &mut impl Write, name: &str, share: Share) -> io::Result<()> {
    let (low, high) = interval(share);
    writeln!(
        out,
        "  {name:<44} {:>5.1} % ({}/{}; 95 %: {low:.1} to {high:.1})",
        percent(share),
        share.right,
        share.of
    )
}

fn percent(share: Share) -> f64 {
    f64::from(share.right) * 100.0 / f64::from(share.of.max(1))
}

/// The 95 % interval of a share in percent (E. B. Wilson, JASA 22, 1927).
fn interval(share: Share) -> (f64, f64) {
    let n = f64::from(share.of.max(1));
    let p = f64::from(share.right) / n;
    let centre = p + Z * Z / (2.0 * n);
    let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 100.0 / (1.0 + Z * Z / n);
    ((centre - spread) * scale, (centre + spread) * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_wilsons() {
        let (low, high) = interval(Share { of: 100, right: 90 });
        assert!((low - 82.56).abs() < 0.05 && (high - 94.48).abs() < 0.05, "{low} {high}");
    }
}
