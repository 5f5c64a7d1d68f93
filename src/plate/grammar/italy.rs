//! Italy, San Marino and the Vatican.

use super::format::{Format, Frequency};

/// I, O, Q and U are not used since 1994.
const LETTERS: &str = "ABCDEFGHJKLMNPRSTVWXYZ";

const SINCE_1994: Format = Format {
    letters: LETTERS,
    ..Format::base(
        *b"IT",
        "d.P.R. 495/1992 art. 255-257 and appendix XII; it.wikipedia.org, Targhe d'immatricolazione dell'Italia",
    )
};

/// A format of state vehicles or another special one, rarely met.
const fn special(source: &'static str) -> Format {
    Format { letters: LETTERS, frequency: Frequency::Rare, ..Format::base(*b"IT", source) }
}

const BEFORE_1994: &str = "r.d.l. 314/1927 and l. 2730/1927; en.wikipedia.org, Vehicle registration plates of Italy (1927-1994)";
const MOTORCYCLES: &str = "targheitaliane.it/italy/moto/today_i.html";
const TRAILERS_1994: &str = "it.wikipedia.org, Targhe d'immatricolazione dell'Italia (Rimorchi)";
const MACHINES: &str = "targheitaliane.it/italy/varie/work_i.html";

/// Provinces that had plates of their own before 1994; Rome wrote its name in full.
const PROVINCES: &[&str] = &[
    "AG", "AL", "AN", "AO", "AP", "AQ", "AR", "AT", "AV", "BA", "BG", "BL", "BN", "BO", "BR", "BS",
    "BZ", "CA", "CB", "CE", "CH", "CL", "CN", "CO", "CR", "CS", "CT", "CZ", "EN", "FE", "FG", "FI",
    "FO", "FR", "GE", "GO", "GR", "IM", "IS", "LE", "LI", "LT", "LU", "MC", "ME", "MI", "MN", "MO",
    "MS", "MT", "NA", "NO", "NU", "OR", "PA", "PC", "PD", "PE", "PG", "PI", "PN", "PR", "PS", "PT",
    "PV", "PZ", "RA", "RC", "RE", "RG", "RI", "RO", "ROMA", "SA", "SI", "SO", "SP", "SR", "SS",
    "SV", "TA", "TE", "TN", "TO", "TP", "TR", "TS", "TV", "UD", "VA", "VC", "VE", "VI", "VR", "VT",
];

/// Pairs that motorcycles skip, so that none looks like one of before 1994; also those
/// of foreign tourists (EE) and of local police (Y), which are other rows.
const NOT_ON_MOTORCYCLES: &[&str] = &[
    "AG", "AL", "AN", "AP", "AR", "AT", "AV", "BA", "BG", "BL", "BN", "BR", "BS", "BZ", "CA", "CB",
    "CE", "CH", "CL", "CN", "CR", "CS", "CT", "CZ", "EE", "EN", "FE", "FG", "FR", "GE", "GR", "LE",
    "LT", "MC", "ME", "MN", "MS", "MT", "NA", "PA", "PC", "PD", "PE", "PG", "PN", "PR", "PS", "PT",
    "PV", "PZ", "RA", "RC", "RE", "RG", "SA", "SP", "SR", "SS", "SV", "TA", "TE", "TN", "TP", "TR",
    "TS", "TV", "VA", "VC", "VE", "VR", "VT", "Y",
];

/// The formats.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "cars and lorries, since 1994 (Z: square plate)",
        patterns: &["ll999ll"],
        never: &["EE", "X", "Y"],
        examples: &["AB123CD", "GM456ZZ", "ZA999ZZ"],
        ..SINCE_1994
    },
    Format {
        name: "motorcycles, since 1994",
        patterns: &["ll99999"],
        never: NOT_ON_MOTORCYCLES,
        examples: &["DX12345", "AA00000"],
        source: MOTORCYCLES,
        ..SINCE_1994
    },
    Format {
        name: "mopeds, since 2006",
        patterns: &["Xlllll"],
        letters: "23456789BCDFGHJKLMNPRSTVWXYZ",
        examples: &["X22222", "X7WKB4"],
        ..Format::base(
            *b"IT",
            "d.P.R. 153/2006; assicurazione.auto.narkive.it, La X del nuovo targhino dei ciclomotori",
        )
    },
    Format {
        name: "trailers, since 2013",
        patterns: &["Xl999ll"],
        examples: &["XA123BC"],
        source: "d.P.R. 198/2012; it.wikipedia.org, Targhe d'immatricolazione dell'Italia (Rimorchi)",
        ..SINCE_1994
    },
    Format {
        name: "trailers, 1994 to 2013",
        patterns: &["ll99999"],
        examples: &["AG12345"],
        ..special(TRAILERS_1994)
    },
    Format {
        name: "local police",
        patterns: &["Yl999ll", "Yl99999"],
        examples: &["YA123AB", "YA00123"],
        ..SINCE_1994
    },
    Format {
        name: "foreign tourists (escursionisti esteri)",
        patterns: &["EE999ll"],
        examples: &["EE123AB"],
        ..special("d.lgs. 285/1992 art. 134; gazzetta.it, Le targhe speciali (2025)")
    },
    Format {
        name: "by province, before 1994",
        patterns: &["c19?9?9?9?9?", "cl99999", "c9l9999", "c99999l"],
        letters: "ABCDEFGHKLMNPRSTUVWXYZ",
        codes: PROVINCES,
        examples: &["MI123456", "ROMA12345A", "TOA12345", "MI1N2345", "BO7"],
        ..special(BEFORE_1994)
    },
    Format {
        name: "agricultural machines, since 1994",
        patterns: &["ll999l"],
        examples: &["BA123C"],
        ..special("d.P.R. 495/1992 art. 256; targheitaliane.it/italy/varie/agricultural_i.html")
    },
    Format {
        name: "work machines, since 1994",
        patterns: &["lll999"],
        examples: &["AAB123"],
        ..special(MACHINES)
    },
    Format {
        name: "work machines, 1992 to 1994",
        patterns: &["cll999"],
        letters: "AEFHKLMNPRSTUVWXYZ",
        codes: PROVINCES,
        examples: &["MIAA123"],
        ..special(MACHINES)
    },
    Format {
        name: "trial plates (prova)",
        patterns: &["XxPxxxxx"],
        examples: &["X0P12345"],
        ..special("d.P.R. 474/2001; asaps.it, Targhe prova: nuovo formato (2003)")
    },
    Format {
        name: "Army, since 1997",
        patterns: &["EIll999"],
        examples: &["EIAB123"],
        ..special("sicurauto.it, Targhe militari italiane (2020)")
    },
    Format {
        name: "Air Force, since 1997",
        patterns: &["AMll999", "AMl9999"],
        examples: &["AMAH500", "AMA6000"],
        ..special("targheitaliane.it/italy/esercito/am_i.html")
    },
    Format {
        name: "Navy, 1986 to 1997 and since",
        patterns: &["MM999ll", "MMll999"],
        examples: &["MM123AB", "MMAB123"],
        ..special(
            "targheitaliane.it/italy/esercito/mm_i.html; sicurauto.it, Targhe militari italiane (2020)",
        )
    },
    Format {
        name: "Army, by number",
        patterns: &["EI999999", "EI99999"],
        examples: &["EI912345"],
        ..special("happylibnet.com, Le targhe e i veicoli dell'Esercito Italiano dal 1947")
    },
    Format {
        name: "Carabinieri, since 2000",
        patterns: &["CCll999"],
        examples: &["CCDK123"],
        ..special("targheitaliane.it/italy/esercito/cc_i.html")
    },
    Format {
        name: "State police, since 1989",
        patterns: &["POLIZIAl9999", "l9999"],
        letters: "ABCDEFGHKLMNPRSTVWXYZ",
        examples: &["POLIZIAF1234", "H5678"],
        ..special("targheitaliane.it/italy/esercito/polizia_i.html")
    },
    Format {
        name: "Guardia di Finanza, since 1981",
        patterns: &["GDIF999ll"],
        examples: &["GDIF123AB"],
        ..special("targheitaliane.it/italy/esercito/gdf_i.html")
    },
    Format {
        name: "fire brigade",
        patterns: &["VF19?9?9?9?"],
        examples: &["VF21345"],
        ..special("targheitaliane.it/italy/esercito/vf_i.html")
    },
    Format {
        name: "Red Cross",
        patterns: &["CRI999ll", "CRIl999l", "CRIl999", "CRIl9999", "CRI19?9?9?9?"],
        examples: &["CRI299AD", "CRIA123B", "CRI15123"],
        ..special("targheitaliane.it/italy/speciali/cri_i.html; d.lgs. 285/1992 art. 138")
    },
    Format {
        name: "diplomats (CD), consuls (CC), mission staff (PTA), since 2024",
        patterns: &["CD99999", "CC99999", "PTA99999"],
        examples: &["CD12345", "PTA12345"],
        ..special("d.m. Infrastrutture e Trasporti 11 ottobre 2023 (G.U. 277/2023)")
    },
    Format {
        name: "diplomats and consuls, with letters of the state, 1984 to 2024",
        patterns: &["CD999ll", "CC999ll"],
        letters: super::format::AZ,
        examples: &["CD123AB"],
        ..special(
            "targheitaliane.it/italy/speciali/cd_i.html; gazzetta.it, Le targhe speciali (2025)",
        )
    },
    Format {
        name: "forest corps, until 2017",
        patterns: &["CFS999ll"],
        examples: &["CFS123AB"],
        ..special("it.wikipedia.org, Targhe d'immatricolazione del Corpo forestale dello Stato")
    },
    Format {
        name: "cars, since 1993; motorcycles (three digits)",
        patterns: &["l9999?"],
        examples: &["A1234", "B567"],
        frequency: Frequency::Rare,
        ..Format::base(*b"SM", "it.wikipedia.org, Targhe d'immatricolazione di San Marino")
    },
    Format {
        name: "state (SCV) and citizens (CV)",
        patterns: &["SCV19?9?9?9?", "SCV99999", "CV99999", "CV19?9?9?"],
        frequency: Frequency::Rare,
        examples: &["SCV1", "CV01234"],
        ..Format::base(
            *b"VA",
            "fr.wikipedia.org, Plaque d'immatriculation vaticane; targhevaticane.it",
        )
    },
];
