//! Germany.

use super::format::{Format, Frequency};

const LAW: &str = "Fahrzeug-Zulassungsverordnung, annex 1-4; en.wikipedia.org, Vehicle registration plates of Germany";
const LISTS: &str = "Fahrzeug-Zulassungsverordnung, annex 1; autokennzeichen.de, KFZ-Kennzeichen-Liste; marc-mondorf.de, KFZ-Kennzeichen Bundesrepublik Deutschland";

/// Districts that are given out, and those that are not any more and may still be met.
const SHORT_DISTRICTS: &[&str] = &[
    "A", "AA", "AB", "AC", "AE", "AH", "AK", "AL", "AM", "AN", "AÖ", "AP", "AR", "AS", "AT", "AU",
    "AW", "AZ", "B", "BA", "BB", "BC", "BE", "BF", "BH", "BI", "BK", "BL", "BM", "BN", "BO", "BÖ",
    "BR", "BS", "BT", "BU", "BZ", "C", "CA", "CB", "CE", "CO", "CR", "CT", "CW", "D", "DA", "DD",
    "DE", "DG", "DH", "DI", "DL", "DM", "DN", "DO", "DS", "DT", "DU", "DW", "DZ", "E", "EA", "EB",
    "ED", "EE", "EF", "EG", "EH", "EI", "EL", "EM", "EN", "ER", "ES", "EU", "EW", "F", "FB", "FD",
    "FF", "FG", "FH", "FI", "FL", "FN", "FO", "FR", "FS", "FT", "FÜ", "FW", "FZ", "G", "GA", "GC",
    "GD", "GE", "GF", "GG", "GI", "GK", "GL", "GM", "GN", "GÖ", "GP", "GR", "GS", "GT", "GÜ", "GV",
    "GW", "GZ", "H", "HA", "HB", "HC", "HD", "HE", "HF", "HG", "HH", "HI", "HK", "HL", "HM", "HN",
    "HO", "HP", "HR", "HS", "HU", "HV", "HW", "HX", "HY", "HZ", "IK", "IL", "IN", "IS", "IZ", "J",
    "JB", "JE", "JL", "K", "KA", "KB", "KC", "KE", "KF", "KG", "KH", "KI", "KK", "KL", "KM", "KN",
    "KO", "KR", "KS", "KT", "KU", "KW", "KY", "L", "LA", "LB", "LC", "LD", "LE", "LF", "LG", "LH",
    "LI", "LK", "LL", "LM", "LN", "LÖ", "LP", "LR", "LS", "LU", "M", "MA", "MB", "MC", "MD", "ME",
    "MG", "MH", "MI", "MK", "ML", "MM", "MN", "MO", "MQ", "MR", "MS", "MT", "MÜ", "MW", "MY", "MZ",
    "N", "NB", "ND", "NE", "NF", "NH", "NI", "NK", "NM", "NÖ", "NP", "NR", "NT", "NU", "NW", "NY",
    "NZ", "OA", "OB", "OC", "OD", "OE", "OF", "OG", "OH", "OK", "OL", "OP", "OR", "OS", "OZ", "P",
    "PA", "PB", "PE", "PF", "PI", "PK", "PL", "PM", "PN", "PR", "PS", "PW", "PZ", "R", "RA", "RC",
    "RD", "RE", "RG", "RH", "RI", "RL", "RM", "RN", "RO", "RS", "RT", "RU", "RV", "RW", "RY", "RZ",
    "S", "SB", "SC", "SE", "SF", "SG", "SI", "SK", "SL", "SM", "SN", "SO", "SP", "SR", "ST", "SU",
    "SW", "SY", "SZ", "TE", "TF", "TG", "TO", "TP", "TR", "TS", "TT", "TÜ", "UE", "UH", "UL", "UM",
    "UN", "ÜB", "V", "VB", "VG", "VK", "VL", "VR", "VS", "W", "WA", "WB", "WD", "WE", "WF", "WG",
    "WI", "WK", "WL", "WM", "WN", "WO", "WR", "WS", "WT", "WÜ", "WW", "WZ", "Z", "ZE", "ZI", "ZP",
    "ZR", "ZS", "ZW", "ZZ",
];

/// The same of three letters.
const LONG_DISTRICTS: &[&str] = &[
    "ABG", "ABI", "AIB", "AIC", "ALF", "ALS", "ALZ", "ANA", "ANG", "ANK", "APD", "ARN", "ART",
    "ASD", "ASL", "ASZ", "AUR", "AZE", "BAD", "BAR", "BBG", "BCH", "BED", "BEI", "BEL", "BER",
    "BGD", "BGL", "BID", "BIN", "BIR", "BIT", "BIW", "BKS", "BLB", "BLK", "BNA", "BOG", "BOH",
    "BOR", "BOT", "BRA", "BRB", "BRG", "BRI", "BRK", "BRL", "BRV", "BSB", "BSK", "BTF", "BUL",
    "BÜD", "BÜR", "BÜS", "BÜZ", "BZA", "CAS", "CHA", "CHL", "CLP", "CLZ", "COC", "COE", "CUX",
    "DAH", "DAN", "DAU", "DBR", "DEG", "DEL", "DGF", "DIL", "DIN", "DIZ", "DKB", "DLG", "DON",
    "DUD", "DÜW", "EBE", "EBN", "EBS", "ECK", "EHI", "EIC", "EIH", "EIL", "EIN", "EIS", "EMD",
    "EMS", "ERB", "ERH", "ERK", "ERZ", "ESA", "ESB", "ESW", "EUT", "FAL", "FDB", "FDS", "FEU",
    "FFB", "FKB", "FLÖ", "FOR", "FRG", "FRI", "FRW", "FTL", "FÜS", "GAN", "GAP", "GDB", "GEL",
    "GEM", "GEO", "GER", "GHA", "GHC", "GLA", "GMN", "GNT", "GOA", "GOH", "GRA", "GRH", "GRI",
    "GRM", "GRS", "GRZ", "GTH", "GUB", "GUN", "GVM", "HAB", "HAL", "HAM", "HAS", "HBN", "HBS",
    "HCH", "HDH", "HDL", "HEB", "HEF", "HEI", "HER", "HET", "HGN", "HGW", "HHM", "HIG", "HIP",
    "HMÜ", "HOG", "HOH", "HOL", "HOM", "HOR", "HOT", "HÖS", "HRO", "HSK", "HST", "HUS", "HÜN",
    "HVL", "HWI", "IGB", "ILL", "JEV", "JÜL", "KAR", "KEH", "KEL", "KEM", "KIB", "KLE", "KLT",
    "KLZ", "KÖN", "KÖT", "KÖZ", "KRU", "KUS", "KÜN", "KYF", "LAN", "LAT", "LAU", "LBS", "LBZ",
    "LDK", "LDS", "LEO", "LER", "LEV", "LIB", "LIF", "LIN", "LIP", "LOH", "LOS", "LÖB", "LRO",
    "LSZ", "LUK", "LUP", "LÜD", "LÜN", "LWL", "MAB", "MAI", "MAK", "MAL", "MAR", "MED", "MEG",
    "MEI", "MEK", "MEL", "MEP", "MER", "MES", "MET", "MGH", "MGN", "MHL", "MIL", "MKK", "MOD",
    "MOL", "MON", "MOS", "MSE", "MSH", "MSP", "MST", "MTK", "MTL", "MÜB", "MÜL", "MÜN", "MÜR",
    "MYK", "MZG", "NAB", "NAI", "NAU", "NDH", "NEA", "NEB", "NEC", "NEN", "NES", "NEU", "NEW",
    "NIB", "NMB", "NMS", "NOH", "NOL", "NOM", "NOR", "NRÜ", "NVP", "NWM", "OAL", "OBB", "OBG",
    "OCH", "OHA", "OHV", "OHZ", "OLD", "OPR", "OSL", "OTT", "OTW", "OVI", "OVL", "OVP", "ÖHR",
    "PAF", "PAN", "PAR", "PCH", "PEG", "PER", "PIR", "PLÖ", "PRÜ", "QFT", "QLB", "RDG", "REG",
    "REH", "REI", "RID", "RIE", "ROD", "ROF", "ROH", "ROK", "ROL", "ROS", "ROT", "ROW", "RSL",
    "RÜD", "RÜG", "SAB", "SAD", "SAN", "SAO", "SAW", "SÄK", "SBG", "SBK", "SCZ", "SDH", "SDL",
    "SDT", "SEB", "SEE", "SEF", "SEL", "SFA", "SFB", "SFT", "SGH", "SHA", "SHG", "SHK", "SHL",
    "SIG", "SIM", "SLE", "SLF", "SLG", "SLK", "SLN", "SLS", "SLÜ", "SLZ", "SMÜ", "SNH", "SOB",
    "SOG", "SOK", "SOL", "SON", "SÖM", "SPB", "SPN", "SPR", "SRB", "SRO", "STA", "STB", "STD",
    "STE", "STH", "STL", "STO", "SUL", "SÜW", "SWA", "SWZ", "SZB", "TBB", "TDO", "TET", "TIR",
    "TÖL", "TÖN", "TUT", "UEM", "UER", "UFF", "USI", "VAI", "VEC", "VER", "VIB", "VIE", "VIT",
    "VOF", "VOH", "WAF", "WAK", "WAM", "WAN", "WAR", "WAT", "WBS", "WDA", "WEB", "WEG", "WEI",
    "WEL", "WEM", "WEN", "WER", "WES", "WHV", "WIL", "WIS", "WIT", "WIZ", "WLG", "WMS", "WND",
    "WOB", "WOH", "WOL", "WOR", "WOS", "WRN", "WSF", "WST", "WSW", "WTL", "WTM", "WUG", "WUN",
    "WUR", "WÜM", "WZL", "ZEL", "ZIG",
];

/// The formats. In all at most eight characters. A district that is on neither list, for they change,
/// weighs less.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "district of one or two letters, letters, number",
        patterns: &["cll?19?9?9?"],
        codes: SHORT_DISTRICTS,
        examples: &["GÖXY123", "BAB1234"],
        ..Format::base(*b"DE", LISTS)
    },
    Format {
        name: "district of three letters, letters, number",
        patterns: &["cll?19?9?", "cl1999"],
        codes: LONG_DISTRICTS,
        examples: &["WOBA1", "FFBKL12"],
        ..Format::base(*b"DE", LISTS)
    },
    Format {
        name: "other district, letters, number",
        patterns: &["ull?19?9?9?", "uull?19?9?9?", "uuull?19?9?", "uuul1999"],
        frequency: Frequency::Rare,
        examples: &["QAB1234"],
        ..Format::base(*b"DE", LAW)
    },
    Format {
        name: "electric (E) and historic (H) vehicles",
        patterns: &["uaa?19?9?9?l", "uuaa?19?9?l", "uuuaa?19?l", "uuua199l"],
        letters: "EH",
        frequency: Frequency::Rare,
        examples: &["BA123E", "MXY77H", "HHAB123E"],
        ..Format::base(*b"DE", LAW)
    },
    Format {
        name: "authorities and fire brigades (district, number)",
        patterns: &["u19?9?9?9?9?", "uu19?9?9?9?", "uuu19?9?9?"],
        frequency: Frequency::Rare,
        examples: &["B12345", "MS1234"],
        ..Format::base(*b"DE", LAW)
    },
];
