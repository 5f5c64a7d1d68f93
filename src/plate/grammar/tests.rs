//! The table of formats against real plates, and against the page that shows it.

use std::fmt::Write as _;

use super::*;

/// Countries whose formats a text fits, rare formats too.
fn countries(text: &str) -> Vec<String> {
    let mut found: Vec<String> =
        formats(&PlateText::new(text).unwrap()).iter().map(|f| f.country.to_string()).collect();
    found.dedup();
    found
}

fn names(text: &str, country: &str) -> Vec<&'static str> {
    formats(&PlateText::new(text).unwrap())
        .into_iter()
        .filter(|f| f.country.code() == country)
        .map(|f| f.name)
        .collect()
}

#[test]
fn every_row_has_a_source_a_name_and_examples_that_fit_it() {
    for format in all() {
        let row = format!("{} {}", format.country, format.name);
        assert!(format.source.len() > 20, "{row} names no source");
        assert!(!format.name.is_empty() && !format.examples.is_empty(), "{row}");
        for example in format.examples {
            let fits = formats(&PlateText::new(example).unwrap());
            assert!(fits.iter().any(|f| std::ptr::eq(*f, format)), "{row}: {example}");
        }
        for code in format.codes {
            assert!((1..=4).contains(&code.len()), "{row}: {code}");
        }
        let mut codes = format.codes.to_vec();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), format.codes.len(), "{row}: a code stands twice");
    }
}

#[test]
fn the_countries_that_are_promised_are_there() {
    let promised = [
        "IT", "DE", "FR", "ES", "AT", "CH", "RO", "PL", "SI", "HR", "AL", "BG", "UA", "MD", "CZ",
        "SK", "HU", "NL", "BE", "PT", "GB", "IE", "GR",
    ];
    for country in promised {
        assert!(
            all().any(|f| f.country.code() == country && f.frequency == Frequency::Common),
            "{country}"
        );
    }
    let visitors = [
        "DK", "FO", "SE", "NO", "FI", "IS", "EE", "LV", "LT", "RS", "BA", "ME", "MK", "XK", "TR",
        "CY", "MC", "AD", "LI", "LU", "MT", "GI", "JE", "IM", "SM", "VA", "BY", "RU", "GE", "AM",
        "AZ", "KZ",
    ];
    for country in visitors {
        assert!(all().any(|f| f.country.code() == country), "{country}");
    }
}

/// Plates with what is one character away from them and is none of the country.
#[test]
fn valid_and_invalid_texts_of_each_country() {
    let table: &[(&str, &[&str], &[&str])] = &[
        (
            "IT",
            &[
                "AB123CD",
                "ZZ999ZZ",
                "BW12345",
                "X2B4K9",
                "XA123AA",
                "YA123AB",
                "MI1N2345",
                "ROMA00001A",
                "EIAB123",
                "CCDK123",
                "POLIZIAH1234",
                "VF21345",
                "CRI299AD",
                "CFS123AB",
                "BA123C",
            ],
            &[
                "AB123CO",
                "AI123CD",
                "AQ123CD",
                "UB123CD",
                "EE12AB",
                "A123BCD",
                "X0B4K9",
                "XAB4K9",
                "XX123456",
                "EI12A34",
                "GDIF12ABC",
                "CRI12345678",
                "MQ123456",
            ],
        ),
        (
            "DE",
            &["MÜAB123", "BA1", "ABCDE123", "HHAB123E"],
            &["B01", "BABCDE1", "ABCDE1234", "1AB23"],
        ),
        (
            "FR",
            &["AB123CD", "FQ987ZZ", "1234AB75"],
            &["AB123CO", "SS123AB", "AI123AB", "1234AB96", "0123AB75", "1234ABC75"],
        ),
        ("ES", &["1741GWY", "0000BBB", "M1234AB"], &["1741GAY", "1741GQY", "1741GÑY", "174GWY"]),
        (
            "PT",
            &["AB12CD", "AA12AA", "12AB34", "1234AB"],
            &["A12BCD", "AB123C", "AB12CE", "12AK34"],
        ),
        ("AT", &["W12345A", "GU123AB", "IL12ABC"], &["W01234A", "Q12345A", "W123456"]),
        (
            "CH",
            &["ZH1", "TI123456", "GE99999", "ZH12U"],
            &["XX12345", "ZH01234", "ZH1234567", "ZH12V"],
        ),
        ("SI", &["LJAB123", "KP12A34"], &["XXAB123", "LJAB12", "LJABCDE"]),
        ("HR", &["ZG1234AB", "DU123A"], &["ZG1234AQ", "XX1234AB", "ZG12AB"]),
        ("RO", &["CJ12ABC", "B123XYZ", "B12ABC"], &["CJ123ABC", "XX12ABC", "CJ12ABQ", "CJ12OAB"]),
        ("AL", &["AA123BB"], &["AA12BBB"]),
        ("BG", &["CB1234AB", "A5678KH"], &["CB1234AD", "ZZ1234AB"]),
        ("UA", &["AA1234BB", "KA7777AX", "AA1234ZA"], &["AA1234BD", "AA123BB", "ZA1234AA"]),
        ("MD", &["ABC123"], &["AB123", "ZZAB123"]),
        ("PL", &["KR12345", "WPIA123", "GDA12AC"], &["KR1234", "QR12345", "KR1234B", "WPIB123"]),
        ("CZ", &["1A23456", "5AB1234"], &["0A23456", "1Q23456", "1A2345O"]),
        ("SK", &["BA123AB", "AA123BC"], &["BA123AQ", "BAA23AB"]),
        ("HU", &["ABC123", "AABC123"], &["AB123", "ABC1234"]),
        ("NL", &["12GHJ3", "GH123J", "DX12GH"], &["12GAJ3", "GC123J", "GH12J"]),
        ("BE", &["1ABC234", "2ABC234", "MABC123", "ABC123"], &["0ABC234", "3ABC234", "1AB2345"]),
        (
            "GB",
            &["AB51ABC", "A123BCD", "Q123BCD", "ABC123D", "AIG1234", "SJI1234"],
            &["AB41ABC", "AB50ABC", "AB51ABQ", "ZB51ABC", "AZ51ABC", "I123BCD", "A123BCZ"],
        ),
        (
            "IE",
            &["131D12345", "06D12345", "99LK123", "141T1", "132WD5"],
            &["133D12345", "06Z12345", "06D0123", "141LK1", "06T1", "122D1", "130D1"],
        ),
        ("GR", &["YZA1234", "AXB12"], &["YZC1234", "YZA0234"]),
        ("DK", &["AB12345", "AB1234"], &["AB02345", "AI12345", "AB123"]),
        ("SE", &["ABC123", "ABC12D"], &["AIC123", "ABC12O", "ABC1D2"]),
        ("NO", &["DP70231", "EL1234"], &["DP07023", "DO70231"]),
        ("FI", &["ABC123", "AB1"], &["ABC012", "ABCD12"]),
        ("IS", &["AB123", "ABC12"], &["ABCD1"]),
        ("EE", &["123ABC", "12AB"], &["123ABÄ", "1234AB"]),
        ("LV", &["AB1234", "AB1"], &["AB0123", "AQ1234"]),
        ("LT", &["AVA123"], &["AWA123", "AVA12"]),
        ("RS", &["BG123AA", "NS1234AB"], &["BG123AQ", "BG12345"]),
        ("BA", &["A12K345", "123M456", "TA123456"], &["B12K345", "A12B345"]),
        ("ME", &["PGAB123"], &["XXAB123"]),
        ("MK", &["SK1234AB"], &["SK1234"]),
        ("XK", &["01123AB"], &["08123AB", "00123AB"]),
        ("TR", &["34AB1234", "06A12345"], &["82AB123", "34WA123", "00AB123"]),
        ("MC", &["0123", "B123", "123C", "AB12"], &["A123", "123M", "12345"]),
        ("AD", &["A1234"], &["AB123", "A123"]),
        ("LI", &["FL1", "FL12345"], &["FL0123", "FL123456"]),
        ("LU", &["AB1234"], &["AB123"]),
        ("GI", &["G1234A"], &["H1234A"]),
        ("IM", &["BMN123C", "MAN12X", "1234MAN"], &["BNN123C"]),
        ("RU", &["A123BC77", "M456KX750", "0076AA97"], &["D123BC77", "A123BC350"]),
        ("BY", &["1234AB7"], &["1234AB9", "1234AD7"]),
        ("AM", &["12AB345"], &["12A3456"]),
        ("KZ", &["123ABC01"], &["123ABC99"]),
    ];
    let mut faults = Vec::new();
    for (country, valid, invalid) in table {
        for text in *valid {
            let found = countries(text);
            if !found.iter().any(|c| c == country) {
                faults.push(format!("{country} {text}: only {found:?}"));
            }
        }
        for text in *invalid {
            // A letter that is on no plate at all is refused before any grammar.
            let Ok(plate) = PlateText::new(text) else { continue };
            let fits: Vec<_> = formats(&plate)
                .into_iter()
                .filter(|f| f.country.code() == *country)
                .map(|f| f.name)
                .collect();
            if !fits.is_empty() {
                faults.push(format!("{country} {text} fits {fits:?}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_italian_special_cases() {
    assert_eq!(names("EE123AB", "IT"), ["foreign tourists (escursionisti esteri)"]);
    assert_eq!(names("YA123AB", "IT"), ["local police"]);
    assert_eq!(names("XA123AB", "IT"), ["trailers, since 2013"]);
    // A province's pair is no motorcycle of today, but a trailer of 1994 or a car before.
    assert!(!names("MI12345", "IT").contains(&"motorcycles, since 1994"));
    assert!(names("AG12345", "IT").contains(&"by province, before 1994"));
    assert!(names("AB12345", "IT").contains(&"motorcycles, since 1994"));
}

#[test]
fn the_country_is_told_only_where_text_or_picture_tell_it() {
    let it = Country::literal(*b"IT");
    let of = |text: &str, hint| country(&PlateText::new(text).unwrap(), hint);
    assert_eq!(of("1741GWY", None), Some(Country::literal(*b"ES")));
    assert_eq!(of("AB123CD", None), None, "Italy, France, Albania, Slovakia write it so");
    assert_eq!(of("AB123CD", Some((it, 0.3))), Some(it));
    assert_eq!(of("1741GWY", Some((it, 0.5))), Some(Country::literal(*b"ES")));
    assert_eq!(of("1741GWY", Some((it, 0.9))), Some(it), "the picture is sure");
    assert_eq!(of("Ä1Ö2Ü3", None), None);
    assert_eq!(of("HX12345", None), Some(it), "rare visitors leave Italy's motorcycles alone");
    assert_eq!(of("34AB1234", None), Some(Country::literal(*b"TR")), "no one else writes it so");
    let norway = Country::literal(*b"NO");
    assert_eq!(of("HX12345", Some((norway, 0.5))), Some(norway), "the picture decides");
}

/// The reference page's table, as this code has it.
fn table() -> String {
    let mut table =
        String::from("| country | class | pattern | examples | source |\n|---|---|---|---|---|\n");
    for format in all() {
        let rare = match format.frequency {
            Frequency::Common => "",
            Frequency::Rare => " *",
            Frequency::Visitor => " **",
        };
        let patterns: Vec<String> = format.patterns.iter().map(|p| format!("`{p}`")).collect();
        let examples = format.examples.join(", ");
        let codes = if format.codes.is_empty() {
            String::new()
        } else {
            format!("; {} codes", format.codes.len())
        };
        let letters = if format.patterns.iter().any(|p| p.contains(['l', 'x'])) {
            let left_out: String = ('A'..='Z').filter(|c| !format.letters.contains(*c)).collect();
            if left_out.is_empty() || left_out.len() > 15 {
                if left_out.is_empty() {
                    String::new()
                } else {
                    format!("; only {}", format.letters)
                }
            } else {
                format!("; not {left_out}")
            }
        } else {
            String::new()
        };
        writeln!(
            table,
            "| {}{rare} | {} | {}{letters}{codes} | {examples} | {} |",
            format.country,
            format.name,
            patterns.join(" "),
            format.source,
        )
        .unwrap();
    }
    table
}

#[test]
fn the_reference_page_shows_this_table() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/plates.md");
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    let (start, end) = ("<!-- formats: begin -->\n", "<!-- formats: end -->\n");
    let table = table();
    if std::env::var_os("VARCO_WRITE_DOCS").is_some() {
        let (before, rest) = page.split_once(start).unwrap();
        let (_, after) = rest.split_once(end).unwrap();
        std::fs::write(&path, format!("{before}{start}{table}{end}{after}")).unwrap();
        return;
    }
    let shown = page.split_once(start).and_then(|(_, rest)| rest.split_once(end)).map(|(t, _)| t);
    assert!(
        shown == Some(table.as_str()),
        "{} is out of date: VARCO_WRITE_DOCS=1 cargo test --lib the_reference_page writes it",
        path.display()
    );
}
