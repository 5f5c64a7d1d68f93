//! Any description of a format with any file: the first line that is `---` parts them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use varco_fuzz::lists::SourceFormat;

fuzz_target!(|data: &[u8]| {
    let Some(place) = data.windows(5).position(|five| five == b"\n---\n") else { return };
    let Ok(described) = std::str::from_utf8(&data[..place]) else { return };
    let Ok(format) = toml::from_str::<SourceFormat>(described) else { return };
    varco_fuzz::import(&data[place + 5..], format, true);
});
