//! Poland, Ukraine and Moldova.

use super::format::{Format, Frequency};

const POLAND: &str = "rozporządzenie Ministra Infrastruktury w sprawie rejestracji i oznaczania pojazdów (2022); en.wikipedia.org, Vehicle registration plates of Poland; gwardak.republika.pl, Wyróżniki literowe na nowych tablicach rejestracyjnych";
/// After the district B, D, I, O, Q and Z are not used.
const POLISH_SERIES: &str = "ACEFGHJKLMNPRSTUVWXY";

/// Districts of three letters.
const POLISH_DISTRICTS: &[&str] = &[
    "BAU", "BBI", "BGR", "BHA", "BIA", "BKL", "BLM", "BMN", "BSE", "BSI", "BSK", "BSU", "BWM",
    "BZA", "CAL", "CBR", "CBY", "CCH", "CGD", "CGR", "CIN", "CLI", "CMG", "CNA", "CRA", "CRY",
    "CSE", "CSW", "CTR", "CTU", "CWA", "CWL", "CZN", "DBA", "DBL", "DDZ", "DGL", "DGR", "DJA",
    "DJE", "DKA", "DKL", "DLB", "DLE", "DLU", "DLW", "DMI", "DOA", "DOL", "DPL", "DSR", "DST",
    "DSW", "DTR", "DWL", "DWR", "DZA", "DZG", "DZL", "EBE", "EBR", "EKU", "ELA", "ELC", "ELE",
    "ELW", "EOP", "EPA", "EPD", "EPI", "EPJ", "ERA", "ERW", "ESI", "ESK", "ETM", "EWE", "EWI",
    "EZD", "EZG", "FGW", "FKR", "FMI", "FNW", "FSD", "FSL", "FSU", "FSW", "FWS", "FZA", "FZG",
    "FZI", "GBY", "GCH", "GCZ", "GDA", "GKA", "GKS", "GKW", "GKY", "GKZ", "GLE", "GMB", "GND",
    "GPU", "GSL", "GSP", "GST", "GSZ", "GTC", "GWE", "GWO", "KBA", "KBC", "KBR", "KCH", "KDA",
    "KGR", "KLI", "KMI", "KMY", "KNS", "KNT", "KOL", "KOS", "KPR", "KRA", "KRK", "KSU", "KTA",
    "KTT", "KWA", "KWI", "LBI", "LBL", "LCH", "LHR", "LJA", "LKR", "LKS", "LLB", "LLE", "LLU",
    "LOP", "LPA", "LPU", "LRA", "LRY", "LSW", "LTM", "LUB", "LWL", "LZA", "NBA", "NBR", "NDZ",
    "NEB", "NEL", "NGI", "NGO", "NIL", "NKE", "NLI", "NMR", "NNI", "NNM", "NOE", "NOL", "NOS",
    "NPI", "NSZ", "NWE", "OGL", "OKL", "OKR", "ONA", "ONY", "OOL", "OPO", "OPR", "OST", "PCH",
    "PCT", "PGN", "PGO", "PGS", "PJA", "PKA", "PKE", "PKL", "PKN", "PKR", "PKS", "PLE", "PMI",
    "PNT", "POB", "POS", "POT", "PPL", "PRA", "PSE", "PSL", "PSR", "PSZ", "PTU", "PWA", "PWL",
    "PWR", "PZL", "RBI", "RBR", "RDE", "RJA", "RJS", "RKL", "RKR", "RLA", "RLE", "RLS", "RLU",
    "RMI", "RNI", "RPR", "RPZ", "RRS", "RSA", "RSR", "RST", "RTA", "RZE", "SBE", "SBI", "SBL",
    "SBN", "SCI", "SCN", "SCZ", "SGL", "SJZ", "SKL", "SLU", "SMI", "SMY", "SPI", "SPS", "SRB",
    "SRC", "STA", "SWD", "SWZ", "SZA", "SZO", "SZY", "TBU", "TJE", "TKA", "TKI", "TKN", "TLW",
    "TOP", "TOS", "TPI", "TSA", "TSK", "TST", "TSZ", "WBR", "WCI", "WGM", "WGR", "WGS", "WKZ",
    "WLI", "WLS", "WMA", "WML", "WND", "WOR", "WOS", "WOT", "WPI", "WPL", "WPN", "WPP", "WPR",
    "WPS", "WPU", "WPW", "WPX", "WPY", "WPZ", "WRA", "WSC", "WSE", "WSI", "WSK", "WSZ", "WWE",
    "WWL", "WWV", "WWY", "WZU", "WZW", "WZY", "ZBI", "ZBL", "ZCH", "ZDR", "ZGL", "ZGR", "ZGY",
    "ZKA", "ZKL", "ZKO", "ZLO", "ZMY", "ZPL", "ZPY", "ZSD", "ZSL", "ZST", "ZSW", "ZSZ", "ZWA",
];

/// First letters that were added in 2022, when the others ran out; districts there are known by shape only.
const NEW_VOIVODESHIPS: &[&str] = &["A", "I", "J", "M", "V", "X", "Y"];

/// Voivodeships: first letter, and those that were added in 2022.
const VOIVODESHIPS: &[&str] = &[
    "A", "B", "C", "D", "E", "F", "G", "I", "J", "K", "L", "M", "N", "O", "P", "R", "S", "T", "V",
    "W", "X", "Y", "Z",
];

/// Those that look the same in the Ukrainian and the Latin alphabet. Each region has had
/// up to four codes of two of them, so codes are known by shape only.
const UKRAINIAN: &str = "ABCEHIKMOPTX";

const MOLDOVA: &str = "en.wikipedia.org, Vehicle registration plates of Moldova (1992 and 2015)";

/// Those of the larger places; C and K are the capital's.
const MOLDOVAN_REGIONS: &[&str] = &[
    "AN", "BL", "BR", "BS", "C", "CG", "CH", "CL", "CM", "CO", "CR", "CS", "CT", "CU", "DB", "DN",
    "DR", "ED", "FL", "FR", "GE", "GL", "HN", "IL", "K", "LV",
];

/// The formats. Polish districts of two letters are known by shape only, as most of those that there can be
/// are given out.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "two letters of origin",
        patterns: &["ca99999", "ca9999l", "ca999ll", "ca9l999", "ca9ll99"],
        letters: POLISH_SERIES,
        codes: VOIVODESHIPS,
        examples: &["KR12345", "WA1234A", "PO123AC"],
        ..Format::base(*b"PL", POLAND)
    },
    Format {
        name: "three letters of origin",
        patterns: &[
            "cl999", "c99ll", "c9l99", "c99l9", "c9ll9", "cll99", "c99999", "c9999l", "c999ll",
            "cl99l", "cl9ll",
        ],
        letters: POLISH_SERIES,
        codes: POLISH_DISTRICTS,
        examples: &["WPIA123", "GDA12345", "KRA12AC"],
        ..Format::base(*b"PL", POLAND)
    },
    Format {
        name: "three letters of origin, since 2022",
        patterns: &[
            "caal999", "caa99ll", "caa9l99", "caa99l9", "caa9ll9", "caall99", "caa99999",
            "caa9999l", "caa999ll", "caal99l", "caal9ll",
        ],
        letters: POLISH_SERIES,
        codes: NEW_VOIVODESHIPS,
        frequency: Frequency::Rare,
        examples: &["JRA12345", "XDA1A23"],
        ..Format::base(*b"PL", POLAND)
    },
    Format {
        name: "own choice",
        patterns: &["c9aaaa?a?", "c9aaa99?", "c9aaaa9"],
        codes: VOIVODESHIPS,
        frequency: Frequency::Rare,
        examples: &["B4BMW99", "F0MAREK"],
        ..Format::base(*b"PL", POLAND)
    },
    Format {
        name: "since 2004: region, number, series (trailers: XX, XT…)",
        patterns: &["ll9999ll"],
        letters: UKRAINIAN,
        examples: &["AA1234BB", "KA7777AX", "BC0001XX"],
        ..Format::base(
            *b"UA",
            "en.wikipedia.org, Vehicle registration plates of Ukraine; uamotors.com.ua, news 56311",
        )
    },
    Format {
        name: "electric vehicles, since 2020; electric taxis (T)",
        patterns: &["ll9999[YZ]l", "ll9999T[VWYZ]"],
        letters: UKRAINIAN,
        frequency: Frequency::Rare,
        examples: &["AA1234ZB", "KA0001YE", "AA1234TZ"],
        ..Format::base(
            *b"UA",
            "uamotors.com.ua, news 56311; ukrrain.com, В Україні з'явилися зелені номерні знаки",
        )
    },
    Format {
        name: "number, series, 1995 to 2004",
        patterns: &["99999ll"],
        letters: UKRAINIAN,
        frequency: Frequency::Rare,
        examples: &["12345KA"],
        ..Format::base(
            *b"UA",
            "en.wikipedia.org, Vehicle registration plates of Ukraine; moto.pl, Ściągawka z ukraińskimi tablicami",
        )
    },
    Format {
        name: "since 2015",
        patterns: &["lll999"],
        examples: &["ABC123"],
        ..Format::base(*b"MD", MOLDOVA)
    },
    Format {
        name: "region, letters, number, 1992 to 2015",
        patterns: &["cll99?9?"],
        codes: MOLDOVAN_REGIONS,
        examples: &["CAB123", "BLXY7"],
        ..Format::base(*b"MD", MOLDOVA)
    },
];
