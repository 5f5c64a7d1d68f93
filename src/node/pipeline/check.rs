//! What the types of a pipeline file cannot rule out.

use std::collections::HashSet;
use std::path::Path;

use super::{Camera, CentreLists, Pipeline, ScreenConfig};
use crate::config::ConfigError;
use crate::position::GpsConfig;

/// Less would not hold an hour of a busy road.
const LEAST_DISK_MB: u64 = 50;

/// Finds the first thing that is wrong, with its place.
pub(super) fn check(pipeline: &Pipeline, text: &str, file: &Path) -> Result<(), ConfigError> {
    let fault = |needle: &str, message: String| Err(ConfigError::at(file, text, needle, message));
    let node = &pipeline.node;
    if !is_id(&node.id) {
        return fault(&format!("{:?}", node.id), bad_id("[node] id", &node.id));
    }
    if let Some(centre) = &pipeline.centre {
        if !centre.url.starts_with("https://") {
            let message = "[centre] url must start with https://".to_owned();
            return fault(&format!("{:?}", centre.url), message);
        }
        if !(0.1..=3600.0).contains(&centre.heartbeat_s) {
            return fault("heartbeat_s", "heartbeat_s must be from 0.1 to 3600".to_owned());
        }
        if centre.encrypt_lists && centre.lists == CentreLists::None {
            let message = "encrypt_lists is about the centre's lists; add lists = true".to_owned();
            return fault("encrypt_lists", message);
        }
        if let CentreLists::These(ids) = &centre.lists
            && let Some(id) = ids.iter().find(|id| !is_id(id))
        {
            return fault(&format!("{id:?}"), bad_id("[centre] lists", id));
        }
    }
    if pipeline.cameras.is_empty() {
        return fault("cameras", "there is no camera; add a [[cameras]] section".to_owned());
    }
    let mut ids = HashSet::new();
    for camera in &pipeline.cameras {
        if !ids.insert(camera.id.as_str()) {
            // The second section with the name is the one to change.
            let needle = format!("{:?}", camera.id);
            let second = text.rfind(&needle).unwrap_or(0);
            let mut error = ConfigError::at(
                file,
                text.get(second..).unwrap_or(text),
                &needle,
                format!("two cameras have the id {:?}; each needs its own", camera.id),
            );
            error.line += text.get(..second).unwrap_or("").matches('\n').count();
            return Err(error);
        }
        if let Err((needle, message)) = check_camera(camera) {
            return fault(&needle, format!("camera {:?}: {message}", camera.id));
        }
    }
    let mut ids = HashSet::new();
    for list in &pipeline.lists {
        if !ids.insert(list.id.as_str()) {
            let message = format!("two lists have the id {:?}; each needs its own", list.id);
            return fault(&format!("{:?}", list.id), message);
        }
    }
    if !(1..=100).contains(&pipeline.evidence.jpeg_quality) {
        return fault("jpeg_quality", "jpeg_quality must be from 1 to 100".to_owned());
    }
    if pipeline.retention.transits_days == 0 {
        return fault("transits_days", "transits_days must be at least 1".to_owned());
    }
    if pipeline.retention.max_disk_mb.is_some_and(|most| most < LEAST_DISK_MB) {
        let message = format!("max_disk_mb must be at least {LEAST_DISK_MB}");
        return fault("max_disk_mb", message);
    }
    if let Some(Err((key, message))) = pipeline.gps.as_ref().map(GpsConfig::check) {
        return fault(key, message);
    }
    if let Some(Err((key, message))) = pipeline.screen.as_ref().map(ScreenConfig::check) {
        return fault(key, message);
    }
    Ok(())
}

/// What is wrong with a camera: the text to point at, and the message.
fn check_camera(camera: &Camera) -> Result<(), (String, String)> {
    let quoted = |value: &str| format!("{value:?}");
    if !is_id(&camera.id) {
        return Err((quoted(&camera.id), bad_id("id", &camera.id)));
    }
    if camera.url.is_empty() {
        return Err((quoted(&camera.id), "its url is empty".to_owned()));
    }
    if let Some((scheme, rest)) = camera.url.split_once("://") {
        let authority = rest.split('/').next().unwrap_or("");
        if !matches!(scheme, "rtsp" | "rtsps" | "file") {
            let message = format!(
                "{scheme}:// is not supported; use rtsp://, a file, a folder or /dev/video0"
            );
            return Err((quoted(&camera.url), message));
        }
        // Never in the message: it would end up in a log.
        if scheme != "file" && authority.contains('@') {
            let message = "user and password do not belong in the url; use user and password_file";
            return Err((quoted(&camera.url), message.to_owned()));
        }
    }
    if camera.password_file.is_some() && camera.password_env.is_some() {
        let message = "give password_file or password_env, not both".to_owned();
        return Err(("password_env".to_owned(), message));
    }
    if !(0.1..=120.0).contains(&camera.analyse_fps) {
        return Err(("analyse_fps".to_owned(), "analyse_fps must be from 0.1 to 120".to_owned()));
    }
    if !(0.1..=60.0).contains(&camera.quiet_look_s) {
        let message = "quiet_look_s must be from 0.1 to 60 seconds".to_owned();
        return Err(("quiet_look_s".to_owned(), message));
    }
    if !(0.0..=3600.0).contains(&camera.same_passage_s) {
        let message = "same_passage_s must be from 0 to 3600 seconds".to_owned();
        return Err(("same_passage_s".to_owned(), message));
    }
    for (key, value) in [("purpose", &camera.purpose), ("legal_basis", &camera.legal_basis)] {
        if value.trim().is_empty() {
            let message = format!("{key} is empty; a camera needs one to run");
            return Err((key.to_owned(), message));
        }
    }
    if let Some([lat_deg, lon_deg]) = camera.position
        && !((-90.0..=90.0).contains(&lat_deg) && (-180.0..=180.0).contains(&lon_deg))
    {
        let message = "position must be degrees north and east, such as [45.4642, 9.19]";
        return Err(("position".to_owned(), message.to_owned()));
    }
    if let (Some(from), Some(to)) = (camera.valid_from, camera.valid_to)
        && from > to
    {
        return Err(("valid_to".to_owned(), format!("it ends ({to}) before it begins ({from})")));
    }
    Ok(())
}

/// Lower-case letters, digits and hyphens, at most 64.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn bad_id(key: &str, value: &str) -> String {
    format!("{key} {value:?} must be 1 to 64 lower-case letters, digits and hyphens")
}

#[cfg(test)]
mod tests {
    use super::super::Looks;
    use super::*;
    use crate::node::PipelineError;

    const GOOD: &str = r#"
[node]
id = "porta-nord"
name = "Porta Nord"
data = "data"

[[cameras]]
id = "in"
name = "Entrata"
site = "Porta Nord"
url = "clips/a.mp4"
purpose = "Sicurezza urbana"
legal_basis = "Ordinanza 12/2026"
valid_to = 2027-12-31
"#;

    fn message(text: &str) -> String {
        match Pipeline::parse(text, Path::new("town/gate.toml")) {
            Err(PipelineError::Wrong(error)) => error.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn paths_are_relative_to_the_file_and_defaults_hold() {
        let pipeline = Pipeline::parse(GOOD, Path::new("town/gate.toml")).unwrap();
        assert_eq!(pipeline.node.data, Path::new("town/data"));
        assert_eq!(pipeline.cameras[0].url, "town/clips/a.mp4");
        assert_eq!(pipeline.cameras[0].analyse_fps, 12.5);
        assert_eq!(pipeline.matching.cooldown_s, 300);
        assert!(pipeline.centre.is_none());
    }

    #[test]
    fn a_camera_that_stands_still_is_looked_at_on_movement() {
        let looks = |from: &str, to: &str| {
            let text = GOOD.replacen(from, to, 1);
            Pipeline::parse(&text, Path::new("x")).unwrap().cameras.remove(0).looks
        };
        assert_eq!(looks("", ""), Some(Looks::OnMovement));
        assert_eq!(looks("site =", "looks = \"always\"\nsite ="), Some(Looks::Always));
        assert_eq!(looks("site =", "every_frame = true\nsite ="), Some(Looks::Always));
        let moving = "[gps]\ngpsd = \"localhost:2947\"\n[[cameras]]";
        assert_eq!(looks("[[cameras]]", moving), Some(Looks::Always));
    }

    #[test]
    fn a_camera_stops_when_its_basis_lapses() {
        let camera = Pipeline::parse(GOOD, Path::new("x")).unwrap().cameras.remove(0);
        assert_eq!(camera.lapsed_on("2027-12-31".parse().unwrap()), None);
        let why = camera.lapsed_on("2028-01-01".parse().unwrap()).unwrap();
        assert!(why.contains("Ordinanza 12/2026") && why.contains("2027-12-31"), "{why}");
    }

    #[test]
    fn a_mistyped_key_names_its_line_and_the_nearest() {
        let text = GOOD.replace("legal_basis", "legal_bases");
        let said = message(&text);
        assert!(said.starts_with("town/gate.toml:13:1: unknown field"), "{said}");
        assert!(said.ends_with("did you mean `legal_basis`?"), "{said}");
    }

    #[test]
    fn values_that_make_no_sense_are_placed() {
        for (from, to, place, part) in [
            ("id = \"in\"", "id = \"In Gate\"", "8:", "lower-case"),
            ("clips/a.mp4", "http://cam/", "11:", "not supported"),
            ("clips/a.mp4", "rtsp://u:geheim@cam/", "11:", "password_file"),
            ("Sicurezza urbana", " ", "12:", "purpose is empty"),
            ("2027-12-31", "\"31/12/2027\"", "14:", "write it as 2027-12-31"),
            ("site =", "position = [95.0, 9.0]\nsite =", "10:", "degrees north and east"),
            ("[[cameras]]", "[gps]\nlog = \"a\"\ngpsd = \"b:1\"\n[[cameras]]", "7:", "only one"),
            ("[[cameras]]", "[gps]\ngpsd = \"b\"\n[[cameras]]", "8:", "host:port"),
            ("[[cameras]]", "[screen]\nlisten = \"0.0.0.0:1\"\n[[cameras]]", "8:", "token_file"),
            ("[[cameras]]", "[retention]\nmax_disk_mb = 1\n[[cameras]]", "8:", "at least 50"),
            ("site =", "analyse_fps = 0\nsite =", "10:", "0.1 to 120"),
            ("site =", "quiet_look_s = 0\nsite =", "10:", "0.1 to 60"),
        ] {
            let said = message(&GOOD.replacen(from, to, 1));
            assert!(said.starts_with(&format!("town/gate.toml:{place}")), "{said}");
            assert!(said.contains(part), "{said}");
            assert!(!said.contains("geheim"), "{said}");
        }
    }

    #[test]
    fn the_centres_lists_are_all_none_or_some() {
        let with = |more: &str| {
            let key = "ab".repeat(32);
            format!("{GOOD}\n[centre]\nurl = \"https://c:1\"\nkey = \"{key}\"\n{more}\n")
        };
        let lists = |more: &str| {
            Pipeline::parse(&with(more), Path::new("x")).unwrap().centre.unwrap().lists
        };
        assert_eq!(lists(""), CentreLists::None);
        assert_eq!(lists("lists = true\nencrypt_lists = true"), CentreLists::All);
        let some = lists("lists = [\"stolen\"]");
        assert!(some.wants("stolen") && !some.wants("wanted"));
        assert!(message(&with("lists = \"all\"")).contains("true, false or identifiers"));
        assert!(message(&with("lists = [\"Stolen cars\"]")).contains("lower-case"));
        assert!(message(&with("encrypt_lists = true")).contains("add lists = true"));
    }

    #[test]
    fn two_cameras_of_one_name_are_told_apart_by_line() {
        let second = GOOD.split("\n\n").nth(1).unwrap();
        let said = message(&format!("{GOOD}\n{second}"));
        assert!(said.contains("two cameras have the id \"in\""), "{said}");
        assert!(said.starts_with("town/gate.toml:17:"), "{said}");
    }
}
