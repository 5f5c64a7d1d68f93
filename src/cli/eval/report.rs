//! The figures as JSON or as tables.

use std::io::{self, Write};

use super::calibration::Calibration;
use super::clips::Clips;
use super::measure::{ALL, Figures};
use super::share::Share;
use super::stages::{Outcome, Stage};
use super::texts::{Groups, Texts};
use super::vehicles::{Precision, Vehicles};
use crate::cli::failure::Failure;

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
    for model in &figures.models {
        writeln!(out, "{model}")?;
    }
    if figures.pictures > 0 {
        pictures(out, figures)?;
    }
    if !figures.crop_texts.is_empty() {
        writeln!(out, "\ncut-out plates, {:.2} ms a plate", figures.crop_ms)?;
        texts(out, &figures.crop_texts)?;
        groups(out, "width of the picture", &figures.crop_texts_by_width)?;
        groups(out, "rows", &figures.crop_texts_by_rows)?;
        calibration(out, &figures.crop_calibration)?;
    }
    if !figures.texts_by_sharpness.is_empty() {
        writeln!(out, "\nall of them, as the camera shows them")?;
        groups(out, "sharpness", &figures.texts_by_sharpness)?;
        groups(out, "contrast", &figures.texts_by_contrast)?;
    }
    if let Some(found) = &figures.vehicles {
        vehicles(out, found)?;
    }
    for of_size in &figures.lists {
        writeln!(out)?;
        of_size.lines().iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    figures.clips.as_ref().map_or(Ok(()), |figures| clips(out, figures))
}

fn vehicles(out: &mut impl Write, figures: &Vehicles) -> io::Result<()> {
    writeln!(
        out,
        "\nvehicles in {} pictures, {:.1} ms a picture: mAP50 {:.3}",
        figures.pictures, figures.picture_ms, figures.map50
    )?;
    if figures.unlabelled > 0 {
        writeln!(out, "{} vehicles without a label do not count", figures.unlabelled)?;
    }
    for (kind, Precision { ap50, vehicles }) in &figures.by_kind {
        writeln!(out, "  {kind:<44} {ap50:.3} of {vehicles}")?;
    }
    row(out, "found, of whatever kind", figures.found)?;
    row(out, "of the found ones the kind is right", figures.kind_right)?;
    row(out, "of those given out labelled (a lower bound)", figures.right)
}

fn pictures(out: &mut impl Write, figures: &Figures) -> io::Result<()> {
    writeln!(
        out,
        "\n{} pictures of the split {:?}, score threshold {:.2}, {:.1} ms a picture (detect and read)",
        figures.pictures, figures.split, figures.score_threshold, figures.picture_ms
    )?;
    if figures.left_out > 0 {
        writeln!(out, "{} labelled plates are left out", figures.left_out)?;
    }
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
    groups(out, "width", &figures.box_texts_by_width)?;
    groups(out, "country", &figures.box_texts_by_country)?;
    groups(out, "rows", &figures.box_texts_by_rows)?;
    calibration(out, &figures.box_calibration)?;
    writeln!(out, "\nfound and read from the picture alone (legible, 60 px or wider)")?;
    one(out, ALL, &figures.whole_way)
}

fn groups(out: &mut impl Write, property: &str, groups: &Groups) -> io::Result<()> {
    writeln!(out, "  by {property}:")?;
    texts(out, groups)
}

fn texts(out: &mut impl Write, groups: &Groups) -> io::Result<()> {
    groups.iter().try_for_each(|(name, texts)| one(out, name, texts))
}

fn one(out: &mut impl Write, name: &str, texts: &Texts) -> io::Result<()> {
    let Texts { exact, folded, characters, confident_and_wrong } = texts;
    row(out, name, *exact)?;
    writeln!(
        out,
        "  {:<44} {} with O=0, I=1; characters {}; wrong at confidence 0.9 or more: {}",
        "",
        short(*folded),
        short(*characters),
        confident_and_wrong.right
    )
}

fn calibration(out: &mut impl Write, calibration: &Calibration) -> io::Result<()> {
    let table = calibration.table();
    let error = table.expected_error.map_or("none".to_owned(), |error| format!("{error:.3}"));
    writeln!(
        out,
        "  confidence: expected calibration error {error} over {} plates; {} without a text; \
         wrong at 0.9 or more: {} of {}",
        table.of, table.unread, table.confident_and_wrong, table.confident.of
    )?;
    for bin in &table.bins {
        let name = format!("{:.1} to {:.1}, mean {:.3}", bin.from, bin.to, bin.mean_confidence);
        row(out, &name, bin.right)?;
    }
    Ok(())
}

fn clips(out: &mut impl Write, figures: &Clips) -> io::Result<()> {
    let totals = &figures.totals;
    writeln!(out, "\n{} plates of {} clips", totals.vote.of, figures.clips.len())?;
    for stage in Stage::ALL {
        let count = totals.stages.get(&stage).copied().unwrap_or_default();
        writeln!(out, "  {:<44} {count}", words(stage))?;
    }
    writeln!(out, "\nright by each rule (the last two without any threshold)")?;
    row(out, "the vote, as given out", totals.vote)?;
    row(out, "the best single look", totals.best_look)?;
    row(out, "the text that most looks read", totals.majority)?;
    for clip in &figures.clips {
        writeln!(out, "\n{}", clip.clip)?;
        clip.plates.iter().try_for_each(|plate| passage(out, plate))?;
        if !clip.others.is_empty() {
            writeln!(out, "  other texts: {}", clip.others.join(", "))?;
        }
    }
    Ok(())
}

fn passage(out: &mut impl Write, plate: &Outcome) -> io::Result<()> {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    writeln!(
        out,
        "  {:<10} {}; {} of {} looks right; given {}, best look {}, most looks {}",
        plate.text,
        words(plate.stage),
        plate.looks.right,
        plate.looks.of,
        or_none(&plate.given),
        or_none(&plate.best_look),
        or_none(&plate.majority)
    )
}

fn words(stage: Stage) -> &'static str {
    match stage {
        Stage::Right => "right",
        Stage::NotFound => "not found",
        Stage::NotRead => "found, too narrow to be read",
        Stage::Misread => "read, right in no look",
        Stage::LostByVote => "right in a look, lost by the vote",
    }
}

fn row(out: &mut impl Write, name: &str, share: Share) -> io::Result<()> {
    writeln!(out, "  {name:<44} {} {}/{}", short(share), share.right, share.of)
}

/// A share and its 95 % interval in percent.
fn short(share: Share) -> String {
    let (low, high) = share.interval();
    let percent = share.share().unwrap_or_default() * 100.0;
    format!("{percent:>5.1} % (95 %: {:.1} to {:.1})", low * 100.0, high * 100.0)
}
