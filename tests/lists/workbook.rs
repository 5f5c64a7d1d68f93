//! Small workbooks, made part by part.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A cell as the file has it.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    /// In the table of texts.
    Shared(String),
    /// In the cell itself.
    Inline(String),
    /// A number.
    Number(f64),
    /// A day, as its number, with a style of days.
    Day(f64),
    /// A formula that failed.
    Error,
    /// Nothing.
    Blank,
}

pub(crate) fn shared(text: &str) -> Cell {
    Cell::Shared(text.to_owned())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn column_name(mut place: usize) -> String {
    let mut name = String::new();
    loop {
        name.insert(0, char::from(b'A' + (place % 26) as u8));
        if place < 26 {
            return name;
        }
        place = place / 26 - 1;
    }
}

/// A workbook with these sheets.
pub(crate) fn workbook(sheets: &[(&str, Vec<Vec<Cell>>)]) -> Vec<u8> {
    let mut texts: Vec<String> = Vec::new();
    let mut parts: Vec<(String, String)> = Vec::new();
    let mut listed = String::new();
    let mut related = String::new();
    for (number, (name, rows)) in (1..).zip(sheets) {
        let mut xml = String::from(
            "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>",
        );
        for (row, cells) in (1..).zip(rows) {
            xml.push_str(&format!("<row r=\"{row}\">"));
            for (place, cell) in cells.iter().enumerate() {
                let at = format!("{}{row}", column_name(place));
                match cell {
                    Cell::Shared(text) => {
                        xml.push_str(&format!("<c r=\"{at}\" t=\"s\"><v>{}</v></c>", texts.len()));
                        texts.push(escaped(text));
                    }
                    Cell::Inline(text) => xml.push_str(&format!(
                        "<c r=\"{at}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                        escaped(text)
                    )),
                    Cell::Number(number) => {
                        xml.push_str(&format!("<c r=\"{at}\"><v>{number}</v></c>"));
                    }
                    Cell::Day(number) => {
                        xml.push_str(&format!("<c r=\"{at}\" s=\"1\"><v>{number}</v></c>"));
                    }
                    Cell::Error => {
                        xml.push_str(&format!("<c r=\"{at}\" t=\"e\"><v>#N/A</v></c>"));
                    }
                    Cell::Blank => {}
                }
            }
            xml.push_str("</row>");
        }
        xml.push_str("</sheetData></worksheet>");
        parts.push((format!("xl/worksheets/sheet{number}.xml"), xml));
        listed.push_str(&format!(
            "<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>"
        ));
        related.push_str(&format!(
            "<Relationship Id=\"rId{number}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        ));
    }
    let items: String =
        texts.iter().map(|text| format!("<si><t xml:space=\"preserve\">{text}</t></si>")).collect();
    parts.push((
        "xl/sharedStrings.xml".to_owned(),
        format!(
            "<?xml version=\"1.0\"?><sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" count=\"{0}\" uniqueCount=\"{0}\">{items}</sst>",
            texts.len()
        ),
    ));
    parts.extend(frame(&listed, &related));
    packed(&parts)
}

/// The parts that every workbook has beside its sheets and texts.
pub(crate) fn frame(sheets: &str, relations: &str) -> Vec<(String, String)> {
    let part = |name: &str, xml: String| (name.to_owned(), xml);
    vec![
        part("[Content_Types].xml", "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>".to_owned()),
        part("_rels/.rels", "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>".to_owned()),
        part("xl/workbook.xml", format!("<?xml version=\"1.0\"?><workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>{sheets}</sheets></workbook>")),
        part("xl/_rels/workbook.xml.rels", format!("<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{relations}</Relationships>")),
        part("xl/styles.xml", "<?xml version=\"1.0\"?><styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>".to_owned()),
    ]
}

/// Parts in a zip file.
pub(crate) fn packed(parts: &[(String, String)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
