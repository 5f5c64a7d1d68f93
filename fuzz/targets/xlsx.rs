//! Workbooks: as bytes, and as parts that are packed here, for a fuzzer hardly ever hits
//! the checksums of a zip file.
#![no_main]

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use varco_fuzz::lists::SourceFormat;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Parts whose content the fuzzer writes, in the order in which it names them.
const PARTS: [&str; 4] =
    ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"];

const FRAME: [(&str, &str); 3] = [
    (
        "_rels/.rels",
        "<Relationships><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
    ),
    (
        "xl/_rels/workbook.xml.rels",
        "<Relationships><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
    ),
    (
        "xl/workbook.xml",
        "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
    ),
];

fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"PK") {
        varco_fuzz::import(data, SourceFormat::default(), true);
        return;
    }
    let written: Vec<&[u8]> = data.split(|byte| *byte == 0xff).take(PARTS.len()).collect();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let own = PARTS.iter().copied().zip(written.iter().copied());
    let frame = FRAME.iter().map(|(name, xml)| (*name, xml.as_bytes()));
    let missing = frame.filter(|(name, _)| !PARTS.iter().take(written.len()).any(|p| p == name));
    for (name, xml) in own.chain(missing) {
        zip.start_file(name, options).expect("memory");
        zip.write_all(xml).expect("memory");
    }
    let book = zip.finish().expect("memory").into_inner();
    varco_fuzz::import(&book, SourceFormat::default(), true);
});
