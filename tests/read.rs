//! `varco read` and `varco eval` as a person runs them: on clips, on good and on bad input.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and reports what it measured"
)]

mod cli;
mod pack;

use std::fs;
use std::path::Path;

use cli::{lines, said, varco};
use pack::data_pack;
use serde_json::Value;

fn text(line: &Value) -> &str {
    line["text"].as_str().unwrap()
}

#[test]
fn one_car_is_one_transit() {
    let output = varco(&["read", "--json", "fixtures/clips/one-car.mp4"]);
    assert!(output.status.success(), "{}", said(&output));
    let transits = lines(&output);
    let texts: Vec<&str> = transits.iter().map(text).collect();
    assert_eq!(texts, ["LR257DT"]);
    let transit = &transits[0];
    assert_eq!(transit["direction"], "approaching");
    assert_eq!(transit["transit"], 1);
    let (first, read, last) = (&transit["first_s"], &transit["read_s"], &transit["last_s"]);
    assert!(first.as_f64() <= read.as_f64() && read.as_f64() <= last.as_f64(), "{transit}");
    assert_eq!(transit["quad"].as_array().map(Vec::len), Some(4));
}

#[test]
fn the_gate_clip_is_exactly_one_transit() {
    let Some(pack) = data_pack() else { return };
    let clip = pack.join("clips/gate-approach.mp4");
    let output = varco(&["read", "--json", clip.to_str().unwrap()]);
    assert!(output.status.success(), "{}", said(&output));
    let transits = lines(&output);
    assert_eq!(transits.iter().map(text).collect::<Vec<_>>(), ["1741GWY"]);
}

#[test]
fn the_patrol_clip_has_no_doubles() {
    let Some(pack) = data_pack() else { return };
    let clip = pack.join("clips/patrol-ride.mp4");
    let truth: Value =
        serde_json::from_str(&fs::read_to_string(pack.join("clips/truth.json")).unwrap()).unwrap();
    let legible: Vec<&str> = truth["patrol-ride.mp4"]["distinct_legible_plates"]
        .as_array()
        .unwrap()
        .iter()
        .map(text)
        .collect();
    let output = varco(&["read", "--json", clip.to_str().unwrap()]);
    assert!(output.status.success(), "{}", said(&output));
    let transits = lines(&output);
    let read: Vec<&str> = transits.iter().map(text).collect();
    let right = legible.iter().filter(|plate| read.contains(plate)).count();
    let mut distinct = read.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let doubled = read.len() - distinct.len();
    let other = distinct.iter().filter(|plate| !legible.contains(plate)).count();
    println!(
        "patrol-ride.mp4: {right} right of {} legible, {other} other texts, {doubled} doubled",
        legible.len()
    );
    assert_eq!(doubled, 0, "{read:?}");
    assert!(right * 2 >= legible.len(), "only {right} of {} were read: {read:?}", legible.len());
}

#[test]
fn pictures_crops_and_folders_are_read_in_order() {
    let folder = "fixtures/pack/crops-validation/images";
    let output = varco(&["read", "--json", "--crops", folder]);
    assert!(output.status.success(), "{}", said(&output));
    let read = lines(&output);
    let truth = fs::read_to_string("fixtures/pack/crops-validation/labels.jsonl").unwrap();
    let truth: Vec<Value> = truth.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read.len(), truth.len());
    let mut sources: Vec<&str> = read.iter().map(|line| line["source"].as_str().unwrap()).collect();
    assert!(sources.is_sorted());
    sources.dedup();
    assert_eq!(sources.len(), truth.len());
    let right =
        read.iter().zip(&truth).filter(|(r, t)| r["plates"][0]["text"] == t["text"]).count();
    assert!(right * 10 >= truth.len() * 8, "{right} of {} rendered plates", truth.len());
}

#[test]
fn annotated_pictures_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let output = varco(&["read", "--annotate", out, "fixtures/pack/plates/images/day-german.jpg"]);
    assert!(output.status.success(), "{}", said(&output));
    let drawn = image::open(folder.path().join("day-german.jpg")).unwrap();
    assert!(drawn.width() > 300);
}

#[test]
fn vehicles_of_pictures_are_told_where_they_are_asked_for() {
    let picture = "fixtures/pack/plates/images/day-german.jpg";
    let plain = lines(&varco(&["read", "--json", picture]));
    assert_eq!(plain[0].get("vehicles"), None);
    let asked = lines(&varco(&["read", "--json", "--vehicles", picture]));
    assert!(asked[0]["vehicles"].is_array() && asked[0]["plates"] == plain[0]["plates"]);
    let Some(pack) = data_pack() else { return };
    let bus = pack.join("vehicles/images/vo_0088.jpg");
    let found = lines(&varco(&["read", "--json", "--vehicles", bus.to_str().unwrap()]));
    let vehicle = &found[0]["vehicles"][0];
    assert!(vehicle["score"].as_f64() > Some(0.3) && vehicle["box"][2].as_f64() > Some(50.0));
}

#[test]
fn labels_that_do_not_count_are_left_out_by_name() {
    let labels = fs::read_to_string("fixtures/pack/plates/labels.jsonl").unwrap();
    let labels = labels.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let label = labels.into_iter().find(|label| label["split"] == "val").unwrap();
    let name = Path::new(label["image"].as_str().unwrap()).file_stem().unwrap().to_str().unwrap();
    let numbers = label["plates"][0]["box"].as_array().unwrap();
    let numbers: Vec<String> = numbers.iter().map(Value::to_string).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("left-out.tsv");
    let path = file.to_str().unwrap();
    let measure = || varco(&["eval", "--data", "fixtures/pack", "--left-out", path, "--json"]);
    let table = format!("picture\tbox\treason\n{name}\t{}\tcovered\n", numbers.join(" "));
    fs::write(&file, table).unwrap();
    let figures: Value = serde_json::from_slice(&measure().stdout).unwrap();
    assert_eq!(figures["left_out"], 1);
    let all = varco(&["eval", "--data", "fixtures/pack", "--json"]);
    let all: Value = serde_json::from_slice(&all.stdout).unwrap();
    let of = |figures: &Value| figures["recall"]["all"]["all"]["of"].as_u64().unwrap();
    assert_eq!(of(&figures) + 1, of(&all));
    fs::write(&file, "picture\tbox\treason\nday-german\t1 2 3\tno reason\n").unwrap();
    assert!(said(&measure()).contains("left-out.tsv, line 2: its box is no four numbers"));
}

#[test]
fn vehicles_without_a_label_are_neither_right_nor_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("vehicles/images");
    fs::create_dir_all(&images).unwrap();
    fs::copy("fixtures/pack/plates/images/day-lorry.jpg", images.join("day-lorry.jpg")).unwrap();
    let label = r#"{"image":"images/day-lorry.jpg","split":"val","vehicles":[]}"#;
    fs::write(folder.path().join("vehicles/labels.jsonl"), label).unwrap();
    let table = folder.path().join("unlabelled.tsv");
    let (data, file) = (folder.path().to_str().unwrap(), table.to_str().unwrap());
    let measured = |more: &[&str]| {
        let output = varco(&[&["eval", "--data", data, "--json"], more].concat());
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["vehicles"].clone()
    };
    let as_labelled = measured(&[]);
    assert_eq!(
        (&as_labelled["right"]["right"], &as_labelled["unlabelled"]),
        (&0.into(), &0.into())
    );
    fs::write(&table, "picture\tbox\treason\nday-lorry\t209 135 389 472\ta lorry\n").unwrap();
    let without = measured(&["--unlabelled", file]);
    assert_eq!(without["unlabelled"], 1);
    let of = |figures: &Value| figures["right"]["of"].as_u64().unwrap();
    assert_eq!(of(&without) + 1, of(&as_labelled));
    fs::write(&table, "picture\tbox\treason\nday-lorry\t209 135 389 472\n").unwrap();
    let refused = said(&varco(&["eval", "--data", data, "--unlabelled", file]));
    assert!(refused.contains("unlabelled.tsv, line 2: it has not three columns"), "{refused}");
}

#[test]
fn eval_measures_the_little_pack() {
    let output = varco(&["eval", "--data", "fixtures/pack", "--json"]);
    assert!(output.status.success(), "{}", said(&output));
    let figures: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(figures["pictures"], 7);
    let found = &figures["recall_legible_60"];
    assert!(found["right"].as_u64() >= Some(5), "{found}");
    assert_eq!(figures["crop_texts"]["all"]["exact"]["of"], 32);
    assert!(found["low"].as_f64() < found["share"].as_f64(), "{found}");
    let sum = |groups: &Value| -> u64 {
        groups.as_object().unwrap().values().map(|t| t["exact"]["of"].as_u64().unwrap()).sum()
    };
    let legible = figures["box_texts"]["all"]["exact"]["of"].as_u64().unwrap();
    for groups in ["box_texts_by_width", "box_texts_by_country", "box_texts_by_rows"] {
        assert_eq!(sum(&figures[groups]), legible, "{groups}: {}", figures[groups]);
    }
    assert_eq!(sum(&figures["crop_texts_by_width"]), 32);
    let calibration = &figures["crop_calibration"];
    let counted = calibration["of"].as_u64().unwrap() + calibration["unread"].as_u64().unwrap();
    assert_eq!(counted, 32, "{calibration}");
}

#[test]
fn eval_says_what_became_of_the_plates_of_a_clip() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    fs::copy("fixtures/clips/one-car.mp4", folder.path().join("one-car.mp4")).unwrap();
    let truth = r#"{"one-car.mp4": {"fps": 25, "plates": [
        {"text": "LR257DT", "readable": [49, 79]}, {"text": "ZZ999ZZ", "readable": [0, 79]}]}}"#;
    fs::write(folder.path().join("truth.json"), truth).unwrap();
    let output = varco(&["eval", "--clips", path, "--json"]);
    assert!(output.status.success(), "{}", said(&output));
    let figures: Value = serde_json::from_slice(&output.stdout).unwrap();
    let plates = &figures["clips"]["clips"][0]["plates"];
    assert_eq!((&plates[0]["stage"], &plates[1]["stage"]), (&"right".into(), &"not-found".into()));
    assert_eq!(figures["clips"]["totals"]["best_look"]["right"], 1);
    let output = varco(&["eval", "--clips", path]);
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(table.contains("2 plates of 1 clips") && table.contains("LR257DT"), "{table}");
}

#[test]
fn what_is_read_wrongly_is_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("misread.tsv");
    let file = file.to_str().unwrap();
    let output = varco(&["eval", "--data", "fixtures/pack", "--misread", file, "--json"]);
    assert!(output.status.success(), "{}", said(&output));
    let figures: Value = serde_json::from_slice(&output.stdout).unwrap();
    let wrong = |share: &Value| share["of"].as_u64().unwrap() - share["right"].as_u64().unwrap();
    let shares = [
        &figures["box_texts"]["all"]["exact"],
        &figures["whole_way"]["exact"],
        &figures["crop_texts"]["all"]["exact"],
    ];
    let expected: u64 = shares.into_iter().filter(|share| share.is_object()).map(wrong).sum();
    let table = fs::read_to_string(file).unwrap();
    let mut rows = table.lines();
    assert_eq!(rows.next(), Some("picture\tbox\tway\ttruth\tread\tconfidence"));
    for row in rows.clone() {
        let fields: Vec<&str> = row.split('\t').collect();
        assert!(fields.len() == 6 && fields[3] != fields[4], "{row}");
    }
    assert_eq!(rows.count() as u64, expected, "{table}");
    let nowhere = ["eval", "--data", "fixtures/pack", "--misread", "/nowhere/misread.tsv"];
    let output = varco(&nowhere);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("/nowhere/misread.tsv"), "{}", said(&output));
}

/// What the models must reach on pictures that they were never trained on.
#[test]
fn the_models_hold_their_floor_on_the_data_pack() {
    let Some(pack) = data_pack() else { return };
    let output = varco(&["eval", "--data", pack.to_str().unwrap(), "--json"]);
    assert!(output.status.success(), "{}", said(&output));
    let figures: Value = serde_json::from_slice(&output.stdout).unwrap();
    let share = |value: &Value| value["right"].as_f64().unwrap() / value["of"].as_f64().unwrap();
    let recall = share(&figures["recall_legible_60"]);
    let crops = share(&figures["crop_texts"]["all"]["exact"]);
    println!("legible plates of 60 px found: {recall:.3}; cut-out plates read: {crops:.3}");
    assert!(recall >= 0.97, "{}", figures["recall_legible_60"]);
    assert!(crops >= 0.95, "{}", figures["crop_texts"]["all"]);
    let corners = figures["corner_error"].as_f64().unwrap();
    assert!(corners < 0.12, "corners are {corners} plate heights off");
    let vehicles = figures["vehicles"]["map50"].as_f64().unwrap();
    assert!(vehicles >= 0.74, "{}", figures["vehicles"]);
}

/// A command, its exit status, and the words that its complaint must hold.
fn complains(arguments: &[&str], status: i32, words: &[&str]) {
    let output = varco(arguments);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(status), "varco {arguments:?}: {said}");
    for word in words {
        assert!(said.contains(word), "varco {arguments:?} does not say {word:?}: {said}");
    }
}

#[test]
fn bad_input_is_told_with_what_where_and_how() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir(path("empty")).unwrap();
    complains(&["read", &path("empty")], 1, &["there is no picture in", ".jpg"]);
    complains(&["read", &path("nothing.jpg")], 1, &["nothing.jpg", "check the path"]);
    complains(&["read", &path("nothing.mp4")], 1, &["nothing.mp4", "check the path"]);
    complains(
        &["read", "fixtures/bad/not-a-picture.jpg"],
        1,
        &["is not a picture that can be read"],
    );
    complains(&["read", "fixtures/bad/truncated.jpg"], 1, &["truncated.jpg"]);
    complains(&["read", "fixtures/bad/empty.mp4"], 1, &["empty.mp4", "is not a video"]);
    complains(&["read", "http://cam/stream"], 2, &["is not a camera's address"]);
    complains(&["read", "--crops", "fixtures/clips/one-car.mp4"], 2, &["--crops reads pictures"]);
    complains(&["read", "--min-score", "7", "x.jpg"], 2, &["from 0 to 1"]);
    complains(&["read", "--long-side", "0", "x.jpg"], 2, &["64..=4096"]);
    complains(&["read"], 2, &["SOURCE"]);
    complains(&["eval", "--data", &path("empty")], 1, &["nothing to measure", "labels.jsonl"]);
    complains(&["eval", "--clips", &path("empty")], 1, &["cannot read", "truth.json"]);
    complains(&["eval"], 2, &["--data"]);
    complains(&["lists", "check", "fixtures/bad/wrong-header.csv"], 1, &["wrong-header.csv"]);
    huge_picture(Path::new(&path("huge.png")));
    complains(&["read", &path("huge.png")], 1, &["30000 x 30000 pixels", "make it smaller"]);
    fs::write(path("bad.toml"), "[node]\nid = \"a\"\nname = \"A\"\ndatta = \"x\"\n").unwrap();
    complains(&["node", &path("bad.toml")], 2, &["bad.toml:4", "datta", "data"]);
}

#[test]
fn good_pictures_beside_a_broken_one_are_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy("fixtures/bad/not-a-picture.jpg", folder.path().join("a.jpg")).unwrap();
    fs::copy("fixtures/pack/plates/images/day-german.jpg", folder.path().join("b.jpg")).unwrap();
    let output = varco(&["read", "--json", folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines(&output).len(), 1);
    assert!(said(&output).contains("a.jpg"));
}

/// A truncated video gives what it holds, and says where it breaks off.
#[test]
fn a_truncated_video_is_told() {
    complains(&["read", "--json", "fixtures/bad/truncated.mp4"], 1, &["truncated.mp4"]);
}

/// A PNG file that says it has 30,000 x 30,000 pixels, and holds none.
fn huge_picture(path: &Path) {
    let mut file = fs::File::create(path).unwrap();
    let image = image::codecs::png::PngEncoder::new(&mut file);
    image::ImageEncoder::write_image(image, &[0; 3], 1, 1, image::ExtendedColorType::Rgb8).unwrap();
    let mut bytes = fs::read(path).unwrap();
    // Width and height stand behind the signature, the chunk's length and its name.
    bytes[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let crc = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    fs::write(path, bytes).unwrap();
}

/// The check sum of PNG chunks (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}
