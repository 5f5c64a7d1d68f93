"""The countries the renderer knows, with weights: how often each is drawn (Italy first, as the product is used there)."""

from __future__ import annotations

from .formats import Country

_AZ = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_IT = "ABCDEFGHJKLMNPRSTVWXYZ"
_FR = "ABCDEFGHJKLMNPQRSTVWXYZ"
_ES = "BCDFGHJKLMNPRSTVWXYZ"
_CYR = "ABEKMHOPCTYX"
_GR = "ABEZHIKMNOPTYX"
_NL = "BDFGHJKLNPRSTVXZ"
_GB = "ABCDEFGHJKLMNOPRSTUVWXYZ"
_CZ = "ABCEHJKLMNPRSTUVXYZ"


def _c(code: str, weight: float, band: str, font: str, letters: str, one: str, two: str = "", colours: str = "w",
       width: float = 4.73) -> Country:
    return Country(code, weight, band, font, letters, _often(one.split("|")), _often(two.split("|")) if two else (),
                   _often(colours.split()), width)


def _often(items: list[str]) -> tuple[str, ...]:
    """`5:x` stands for five times x."""
    pairs = (item.split(":", 1) if item[:1].isdigit() and ":" in item else ("1", item) for item in items)
    return tuple(value for count, value in pairs for _ in range(int(count)))


COUNTRIES: dict[str, Country] = {
    c.code: c
    for c in (
        _c("IT", 22, "it", "round", _IT,
           "14:aa~ddd~aa|3:aa ddd aa|3:aaddd~aa|2:XA~ddd~aa|YA~ddd~aa|{IT}*dadddd@k!|{IT}~dddddd@k!|{IT}~dddddd!|{IT}~a<d5-5>!"
           "|aa~ddddd@w!=RIMORCHIO|EI*aa~ddd!|EI*dddddd!|AM*aa~ddd!|MM*aa~ddd!|2:CC~aa~ddd|GDIF~ddd~aa|POLIZIA~adddd@wb!|CFS~ddd~aa!"
           "|CRI~ddd~aa@wr!|CRI~<d4-5>@wr!|VF~<d5-5>@wr!|CD~ddd~aa@wb!|CC~ddd~aa@wb!|CD~ddddd@wb!|CC~ddddd@wb!|PTA~ddddd@wb!|EE~ddd~aa"
           "|aaa~ddd@yr!|Xd~P~ddddd!",
           "8:aa/ddddd|3:aa/ddd~aa|aa~ddd/aa|2:{IT}/dadddd|{IT}/dddddd@k!|3:Xmm/mmm!|Xmm/mmm|2:aa/ddd~a@y!|aa~ddd/a@y!", "w"),
        _c("DE", 14, "D", "fe", _AZ, "10:{DE}*<a1-2>~<d1-4>|3:{DE}-<a1-2>~<d1-4>"
           "|{DE}*<a1-2>~<d1-3>H|{DE}*<a1-2>~<d1-3>E|{DE}*<d4-6>|{DE}*<a1-2>~<d2-4>@wg|{DE}-dddd@wr|{DE}*06ddd@wr|Y-dddddd!|0~<d2-3>-<d1-3>", "{DE}*/<a1-2>~<d1-4>|{DE}/*<a1-2>~<d1-4>",
           "w"),
        _c("FR", 16, "fr", "din", _FR, "6:aa-ddd-aa|2:aa~ddd~aa|<d3-4>~aa~{FRDEP}@w!|<d3-4>~aa~{FRDEP}@y!|<d3-4>~aaa~{FRDEP}"
           "|<d2-4>~aa~{FRDEP}@k!|W~ddd~aa@r", "2:aa-ddd/-aa|2:aa-ddd/aa|<d3-4>~aa/{FRDEP}|aa/ddd-aa", "12:w k"),
        _c("ES", 13, "E", "din", _ES, "8:dddd~aaa|2:dddd aaa|2:{ES}-dddd-aa@w!|{ES}-dddd-a@w!|{ES}-dddddd@w!|dddd~aaa@lb|Cdddd~aaa@y",
           "2:dddd/aaa|{ES}-dddd/aa!|Cdddd/aaa@y", "w"),
        _c("GB", 14, "gb", "gb", _GB, "8:{GB}{GBAGE}~aaa|2:{GB}{GBAGE} aaa|2:a<d1-3>~aaa|aaa~<d1-3>a|aaa~<d1-3>a@k!|<a1-3>~<d1-4>"
           "|<d1-4>~<a1-3>|2:a{NI}~<d1-4>|<a1-3>~<d2-4>@k!", "3:{GB}{GBAGE}/aaa|a<d1-3>/aaa|a{NI}/dddd", "w y"),
        _c("RO", 6, "RO", "din", _AZ, "{RO}~<d2-3>~aaa|{RO}~<d2-3>~aaa|IF~<d2-2>~aaa|{RO} <d2-3> aaa|{RO}~dddddd@wr|{RO}~<d3-5>@wr",
           "{RO}~<d2-3>/aaa|{RO}/<d2-3>aaa", "w"),
        _c("NL", 5, "NL", "din", _NL, "aa-ddd-a|a-ddd-aa|dd-aaa-d|d-aaa-dd|dd-aa-aa|aa-dd-aa|aa-aa-dd|aaa-dd-a|d-aa-ddd|ddd-aa-d"
           "|aa-dd-dd@lb|dd-dd-aa@lb|dd-aa-dd@k!", "aa-dd/aa|dd-aa/aa|aa-ddd/a|aa/ddd-a", "y"),
        _c("BE", 4, "B", "din", _AZ, "n-aaa-ddd|n-aaa-ddd|aaa-ddd|ddd-aaa|aaa~ddd", "n-aaa/ddd|n-aaa/-ddd", "wr", 4.6),
        _c("AT", 4, "at", "din", _AZ, "{AT}*<d3-5>a|{AT}*<d3-4>aa|{AT}*<d2-3>aaa|{AT}-dddaa", "{AT}*/<d3-5>a", "w w w k"),
        _c("CH", 5, "ch", "din", _AZ, "{CH}*<d4-6>|{CH}.<d5-6>", "*{CH}*/<d5-6>|{CH}/<d5-6>|{CH}/ddd~ddd", "w w w w w y b", 4.0),
        _c("PL", 4, "PL", "din", _AZ, "{PL}~dddaa|{PL}~ddddd|{PL}~ddda|{PL}~adda|{PL}~addaa", "{PL}/ddddd|{PL}/adda", "w w w k"),
        _c("CZ", 3, "CZ", "din", _CZ, "nad*dddd|naa*dddd|naad*dddd", "nad/dddd|nad*/dddd"),
        _c("SK", 3, "SK", "din", _CZ, "{SK}*dddaa|{SK}-dddaa|2:aa~dddaa|aa*dddaa", "{SK}*/dddaa|aa/dddaa"),
        _c("HU", 3, "H", "narrow", _AZ, "aaa-ddd|aaa-ddd|aaa~ddd|2:aa~aa*ddd|aa~aa-ddd|aaa-ddd@lg", "aaa/ddd|aa~aa/ddd", "6:w y"),
        _c("SI", 3, "SLO", "din", "ABCDEFGHJKLMNOPRSTUVZ", "{SI}*da-dad|{SI}*aa-ddd|{SI}*dd-daa|{SI}*dd-aaa|{SI}*ad-add",
           "{SI}*/da-dad", "w w w wg"),
        _c("HR", 5, "HR", "din", "ABCDEFGHIJKLMNOPRSTUVZ", "{HR}*ddd-aa|{HR}*dddd-aa|{HR}*ddd-a|{HR}*dddd-a", "{HR}*/ddd-aa",
           "w w w w wr"),
        _c("RS", 2, "SRB", "din", "ABCDEFGHIJKLMNOPRSTUVZ", "{RS}*ddd-aa|{RS}*dddd-aa", "{RS}*/ddd-aa"),
        _c("BA", 2, "BIH", "din", "AEJKMOT", "add-a-ddd|ddd-a-ddd", "add/a-ddd"),
        _c("ME", 1, "MNE", "din", "ABCDEFGHIJKLMNOPRSTUV", "{ME}*aa~ddd", "{ME}/aaddd"),
        _c("MK", 1, "MK", "din", "ABCDEFGHIJKLMNOPRSTUV", "{MK}*dddd~aa|{MK}*ddd-aa", "{MK}/dddd-aa"),
        _c("XK", 1, "RKS", "din", "ABCDEFGHIJKLMNOPRSTUV", "0n*ddd-aa", "0n/ddd-aa"),
        _c("AL", 3, "al", "din", "ABCDEFGHIJKLMNOPRSTUVXZ", "aa~ddd~aa|aa ddd aa", "aa/ddd~aa", "w w w w r"),
        _c("GR", 3, "GR", "din", _GR, "2:{GR}-dddd|2:aaa-dddd|aaa~dddd|TAB-dddd@y", "aaa/dddd|aaa/ddd", "w w w w y b"),
        _c("BG", 3, "BG", "din", _CYR, "{BG}~dddd~aa|{BG}~dddd~aa|{BG} dddd aa|EA~dddd~aa@wg", "{BG}~dddd/aa|{BG}/dddd~aa"),
        _c("UA", 3, "ua", "din", _CYR, "3:{UA}~dddd~aa|2:{UA} dddd aa|{UA}~dddd~aa@wg", "{UA}~dddd/aa|{UA}/dddd~aa"),
        _c("MD", 2, "MD", "din", _AZ, "aaa~ddd|aaa ddd|a~aa~ddd", "aaa/ddd"),
        _c("PT", 4, "pt", "din", _AZ, "dd-dd-aa|dd-aa-dd|aa-dd-dd|aa~dd~aa|dd~aa~dd", "dd-aa/dd|aa-dd/aa"),
        _c("IE", 3, "IRL", "gb", _AZ, "dd-{IE}-<d3-5>|dd1-{IE}-<d3-5>|dd2-{IE}-<d3-5>|dd-{IE}-<d2-6>", "dd-{IE}/<d3-5>"),
        _c("LU", 2, "L", "din", _AZ, "aa~dddd|aa dddd|<d4-5>|a~<d4-5>", "aa/dddd", "y"),
        _c("DK", 3, "DK", "din", "ABCDEFGHJKLMNPRSTUVXYZ", "aa~dd~ddd|aa dd ddd", "aa/dd~ddd", "w w w y"),
        _c("SE", 3, "S", "din", "ABCDEFGHJKLMNOPRSTUWXYZ", "aaa~ddd|aaa~dda|aaa ddd|aaa dda", "aaa/ddd|aaa/dda"),
        _c("NO", 3, "N", "din", "ABCDEFHJKLNPRSTUVXYZ", "aa~ddddd|aa ddddd|aa~dddd|EL~ddddd|aa~ddddd@g|aa~ddddd@k", "aa/dddd|aa/ddddd", "w"),
        _c("FI", 2, "FIN", "din", _AZ, "aaa-ddd|aaa-dd|aaa-ddd", "aaa/ddd"),
        _c("EE", 2, "EST", "din", "ABCDEFGHIJKLMNOPRSTUVXYZ", "ddd~aaa|ddd aaa", "ddd/aaa|dd/aaa"),
        _c("LV", 2, "LV", "din", "ABCDEFGHIJKLMNOPRSTUVZ", "aa-dddd|aa-<d1-4>|aa-dddd", "aa/dddd"),
        _c("LT", 2, "LT", "din", "ABCDEFGHIJKLMNOPRSTUVYZ", "aaa*ddd|aaa~ddd", "aaa/ddd|ddd/aa"),
        _c("MT", 2, "M", "gb", _AZ, "aaa~ddd|aaa ddd|aaa*ddd", "aaa/ddd"),
        _c("CY", 1, "CY", "din", _AZ, "aaa~ddd|aaa*ddd", "aaa/ddd", "w y"),
        _c("TR", 3, "TR", "din", "ABCDEFGHIJKLMNOPRSTUVYZ", "{TR}~aa~ddd|{TR}~aaa~dd|{TR}~aa~dddd|{TR}~a~dddd|{TR} aaa ddd",
           "{TR}/aa~ddd|{TR}~aa/dddd"),
        _c("IS", 1, "IS", "din", _AZ, "aa*add|aa*ddd", "aa/add", "wb"),
        _c("LI", 0.5, "", "din", _AZ, "FL*<d4-5>", "FL/ddddd", "k"),
        _c("RU", 2, "ru", "din", _CYR, "4:addd~aa>{RU}|aa~ddd>{RU}@y|dddd~aa>{RU}", "addd/aa>{RU}|dddd/aa>{RU}|aaddd/a>{RU}", "w"),
        _c("BY", 1, "BY", "din", _CYR, "dddd~aa-n", "dddd/aa-n"),
        _c("SM", 1.5, "", "din", "ABCDEFGHIJKLMNPRSTUVXYZ", "5:*adddd@wb!=REPUBBLICA DI SAN MARINO|*addd@wb!", "*a/dddd@wb!|*addd@wb!"),
        _c("VA", 0.6, "V", "din", _AZ, "2:SCV~<d4-5>!|SCV~<d1-3>!|CV~<d4-5>", "SCV/<d4-5>!|CV/ddddd"),
        _c("MC", 1, "", "din", _AZ, "2:*addd@wb!=PRINCIPAUTE DE MONACO|*dadd@wb!|*ddad@wb!|*ddda@wb!|*dddd@wb!=MONACO", "*addd@wb!|add/da@wb!", "w"),
        _c("AD", 0.8, "", "din", _AZ, "2:*adddd!=PRINCIPAT D ANDORRA|*a~dddd!=ANDORRA", "a/dddd!", "w"),
        _c("GI", 0.4, "GBZ", "gb", _GB, "2:G~dddd~a|G~<d4-5>", "G~dddd/a", "w y"),
        _c("IM", 0.4, "GBM", "gb", _GB, "2:aMN-ddd-a|MAN-ddd-a|<d3-4>-MAN", "aMN/ddd-a", "w y"),
        _c("JE", 0.4, "GBJ", "gb", _GB, "J<d4-6>|J~<d4-6>", "J/<d5-6>", "w y"),
        _c("GG", 0.3, "GBG", "gb", _GB, "<d4-5>@k|<d4-5>", "", "k w y"),
        _c("FO", 0.3, "FO", "din", _AZ, "aa~ddd@wb|aa ddd@wb", ""),
        _c("AM", 0.4, "AM", "din", _AZ, "2:dd~aa~ddd|ddd~aa~dd", "dd~aa/ddd"),
        _c("AZ", 0.4, "AZ", "din", _AZ, "dd-aa-ddd|dd~aa~ddd", "dd-aa/ddd"),
        _c("KZ", 0.5, "KZ", "din", _AZ, "3:ddd~aaa~dd|ddd~aa~dd", "ddd/aaa~dd"),
        _c("GE", 0.5, "GE", "din", _AZ, "aa-ddd-aa", "aa/ddd-aa"),
        # Not European, but seen on the road and in the pictures: plain forms without detail.
        _c("IN", 5, "", "any", _AZ, "2:{IN}~dd~aa~dddd|2:{IN}{NUM}aadddd|{IN} dd a dddd|{IN}-{NUM}-aa-dddd|{IN}~{NUM}~aaa~dddd"
           "|dd~BH~dddd~aa", "2:{IN}~dd~a/dddd|2:{IN}{NUM}aa/dddd|{IN}-{NUM}/aa-dddd|{IN}~{NUM}/aa~dddd", "w w w y k"),
        _c("BR", 8, "", "din", _AZ, "3:aaa-dddd@gy!=SP - SAO PAULO|aaa-dddd@r!|5:aaadadd@w!=BRASIL|aaadadd@w!=BRASIL|aaa~dddd@gy!",
           "2:aaa/dddd@gy!|2:aaa/dadd@w!", "w", 3.1),
        _c("PK", 4, "", "any", _AZ, "2:<a2-3>-<d2-4>|<a2-3> <d2-4>|aaa~<d3-4>!=PUNJAB|aaa-ddd!=SINDH", "2:aaa/dddd|2:aaa~dd/dddd|<a2-3>/<d2-4>"
           "|aa~dd/<d3-4>", "w w y g k", 3.0),
        _c("US", 12, "", "any", _AZ, "3:aaadddd|3:daaaddd|2:aaa-ddd|2:ddd-aaa|aaa~dddd|ddd~aaa|aa~d~daa|aa*ddddd|aaa*ddd|dda~dda"
           "|ddda~dd|aad~aad|<d5-6>a|adddddd|aa~ddddd|m<d5-5>a"
           "|5:aaaaaaa|3:aaaaaa|2:aaaaa|aaaa|aaa~aaaa|aaaa~aaa|aa~aaaa|aaa*aaa|aaaaad|aaaadd|daaaaa|aadaaaa", "aaa/ddd|aa/dddd|ddd/aaa", "4:w 4:wb wg wr 2:lb 2:cb lv lo 2:y ky k", 2.0),
    )
}

CODES = [c for c in COUNTRIES]
"""Codes in the order of the country head's classes (the last class, "", is unknown)."""

_CUMULATIVE = [sum(c.weight for c in list(COUNTRIES.values())[: i + 1]) for i in range(len(COUNTRIES))]


def pick_country(u: float) -> Country:
    """The country at `u` (0..1) of the weights."""
    goal = u * _CUMULATIVE[-1]
    return next(c for c, edge in zip(COUNTRIES.values(), _CUMULATIVE, strict=True) if goal <= edge)
