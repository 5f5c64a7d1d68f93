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
    return Country(code, weight, band, font, letters, tuple(one.split("|")), tuple(two.split("|")) if two else (),
                   tuple(colours.split()), width)


COUNTRIES: dict[str, Country] = {
    c.code: c
    for c in (
        _c("IT", 12, "it", "round", _IT,
           "aa~ddd~aa|aa~ddd~aa|aa~ddd~aa|aa~ddd~aa|aa~ddd~aa|aa ddd aa|aaddd~aa|XA~ddd~aa|YA~ddd~aa|{IT}*dadddd|{IT} dddddd"
           "|{IT}~a<d5-5>|EI*aa~ddd|CC~aa~ddd|VF<d5-5>|CD~ddd~aa",
           "aa/ddd~aa|aa/ddddd|aa/ddddd|aa~ddd/aa|{IT}/dadddd|Xndd/adn|aa/ddd~aa", "w w w w w w w w k wb"),
        _c("DE", 11, "D", "fe", _AZ, "{DE}*<a1-2>~<d1-4>|{DE}*<a1-2>~<d1-4>|{DE}*<a1-2>~<d1-4>|{DE}-<a1-2>~<d1-4>"
           "|{DE}*<a1-2>~<d1-3>H|{DE}*<a1-2>~<d1-3>E|{DE}*<d4-6>", "{DE}*/<a1-2>~<d1-4>|{DE}/*<a1-2>~<d1-4>",
           "w w w w w w w w w w wg"),
        _c("FR", 9, "fr", "din", _FR, "aa-ddd-aa|aa-ddd-aa|aa-ddd-aa|<d3-4>~aa~{FRDEP}|<d3-4>~aaa~{FRDEP}",
           "aa-ddd/-aa|aa-ddd/aa|<d3-4>~aa/{FRDEP}|aa/ddd-aa", "w w w w w y k"),
        _c("ES", 7, "E", "din", _ES, "dddd~aaa|dddd~aaa|dddd~aaa|{ES}-dddd-aa|{ES}-dddd-a|{ES}-dddddd",
           "dddd/aaa|dddd/aaa|{ES}-dddd/aa", "w w w w w w lb"),
        _c("GB", 8, "gb", "gb", _GB, "{GB}{GBAGE}~aaa|{GB}{GBAGE}~aaa|{GB}{GBAGE}~aaa|{GB}{GBAGE}~aaa|a<d1-3>~aaa|aaa~<d1-3>a"
           "|<a1-3>~<d1-4>|<d1-4>~<a1-3>", "{GB}{GBAGE}/aaa|{GB}{GBAGE}/aaa|a<d1-3>/aaa", "w w y y y k"),
        _c("RO", 6, "RO", "din", _AZ, "{RO}~<d2-3>~aaa|{RO}~<d2-3>~aaa|{RO} <d2-3> aaa|{RO}~dddddd",
           "{RO}~<d2-3>/aaa|{RO}/<d2-3>aaa", "w w w w w w wr"),
        _c("NL", 5, "NL", "din", _NL, "aa-ddd-a|a-ddd-aa|dd-aaa-d|d-aaa-dd|dd-aa-aa|aa-dd-aa|aa-aa-dd|aa-dd-dd|dd-dd-aa",
           "aa-dd/aa|dd-aa/aa|aa-ddd/a", "y y y y y y lb k"),
        _c("BE", 4, "B", "din", _AZ, "n-aaa-ddd|n-aaa-ddd|aaa-ddd|ddd-aaa|aaa~ddd", "n-aaa/ddd|n-aaa/-ddd", "wr", 4.6),
        _c("AT", 4, "at", "din", _AZ, "{AT}*<d3-5>a|{AT}*<d3-4>aa|{AT}*<d2-3>aaa|{AT}-dddaa", "{AT}*/<d3-5>a", "w w w k"),
        _c("CH", 5, "ch", "din", _AZ, "{CH}*<d4-6>|{CH}.<d5-6>", "*{CH}*/<d5-6>|{CH}/<d5-6>|{CH}/ddd~ddd", "w w w w w y b", 4.0),
        _c("PL", 4, "PL", "din", _AZ, "{PL}~dddaa|{PL}~ddddd|{PL}~ddda|{PL}~adda|{PL}~addaa", "{PL}/ddddd|{PL}/adda", "w w w k"),
        _c("CZ", 3, "CZ", "din", _CZ, "nad*dddd|naa*dddd|naad*dddd", "nad/dddd|nad*/dddd"),
        _c("SK", 3, "SK", "din", _CZ, "{SK}*dddaa|{SK}-dddaa|{SK}*dddaa", "{SK}*/dddaa"),
        _c("HU", 3, "H", "narrow", _AZ, "aaa-ddd|aaa-ddd|aaa~ddd|aa~aa*ddd", "aaa/ddd|aa~aa/ddd", "w w w w y b lg"),
        _c("SI", 3, "SLO", "din", "ABCDEFGHJKLMNOPRSTUVZ", "{SI}*da-dad|{SI}*aa-ddd|{SI}*dd-daa|{SI}*dd-aaa|{SI}*ad-add",
           "{SI}*/da-dad", "w w w wg"),
        _c("HR", 3, "HR", "din", "ABCDEFGHIJKLMNOPRSTUVZ", "{HR}*ddd-aa|{HR}*dddd-aa|{HR}*ddd-a|{HR}*dddd-a", "{HR}*/ddd-aa",
           "w w w w wr"),
        _c("RS", 2, "SRB", "din", "ABCDEFGHIJKLMNOPRSTUVZ", "{RS}*ddd-aa|{RS}*dddd-aa", "{RS}*/ddd-aa"),
        _c("BA", 2, "BIH", "din", "AEJKMOT", "add-a-ddd|ddd-a-ddd", "add/a-ddd"),
        _c("ME", 1, "MNE", "din", "ABCDEFGHIJKLMNOPRSTUV", "{ME}*aa~ddd", "{ME}/aaddd"),
        _c("MK", 1, "MK", "din", "ABCDEFGHIJKLMNOPRSTUV", "{MK}*dddd~aa|{MK}*ddd-aa", "{MK}/dddd-aa"),
        _c("XK", 1, "RKS", "din", "ABCDEFGHIJKLMNOPRSTUV", "0n*ddd-aa", "0n/ddd-aa"),
        _c("AL", 3, "al", "din", "ABCDEFGHIJKLMNOPRSTUVXZ", "aa~ddd~aa|aa ddd aa", "aa/ddd~aa", "w w w w r"),
        _c("GR", 3, "GR", "din", _GR, "{GR}-dddd|aaa-dddd|aaa-dddd", "aaa/dddd|aaa/ddd", "w w w w y b"),
        _c("BG", 3, "BG", "din", _CYR, "{BG}~dddd~aa|{BG}~dddd~aa|{BG} dddd aa", "{BG}~dddd/aa|{BG}/dddd~aa"),
        _c("UA", 3, "ua", "din", _CYR, "{UA}~dddd~aa|{UA} dddd aa", "{UA}~dddd/aa|{UA}/dddd~aa"),
        _c("MD", 2, "MD", "din", _AZ, "aaa~ddd|aaa ddd|a~aa~ddd", "aaa/ddd"),
        _c("PT", 4, "pt", "din", _AZ, "dd-dd-aa|dd-aa-dd|aa-dd-dd|aa~dd~aa|dd~aa~dd", "dd-aa/dd|aa-dd/aa"),
        _c("IE", 3, "IRL", "gb", _AZ, "dd-{IE}-<d3-5>|dd1-{IE}-<d3-5>|dd2-{IE}-<d3-5>|dd-{IE}-<d2-6>", "dd-{IE}/<d3-5>"),
        _c("LU", 2, "L", "din", _AZ, "aa~dddd|aa dddd|<d4-5>|a~<d4-5>", "aa/dddd", "y"),
        _c("DK", 3, "DK", "din", "ABCDEFGHJKLMNPRSTUVXYZ", "aa~dd~ddd|aa dd ddd", "aa/dd~ddd", "w w w y"),
        _c("SE", 3, "S", "din", "ABCDEFGHJKLMNOPRSTUWXYZ", "aaa~ddd|aaa~dda|aaa ddd|aaa dda", "aaa/ddd|aaa/dda"),
        _c("NO", 3, "N", "din", "ABCDEFHJKLNPRSTUVXYZ", "aa~ddddd|aa ddddd|aa~dddd", "aa/dddd|aa/ddddd", "w w w g"),
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
        _c("RU", 2, "ru", "din", _CYR, "addd~aa {RU}", "", "w w w w y"),
        _c("BY", 1, "BY", "din", _CYR, "dddd~aa-n", "dddd/aa-n"),
        _c("GE", 0.5, "GE", "din", _AZ, "aa-ddd-aa", "aa/ddd-aa"),
        # Not European, but seen on the road and in the pictures: plain forms without detail.
        _c("IN", 2, "", "any", _AZ, "{IN}~dd~aa~dddd|{IN}{NUM}aadddd|{IN} dd a dddd", "{IN}~dd~a/dddd|{IN}{NUM}aa/dddd", "w w w y k"),
        _c("BR", 1, "", "din", _AZ, "aaa-dddd|aaadadd|aaa dddd", "aaa/dddd", "w w lb r", 3.1),
        _c("PK", 1, "", "any", _AZ, "<a2-3>-<d2-4>|<a2-3> <d2-4>", "<a2-3>/<d2-4>", "w w y g k", 3.0),
    )
}

CODES = [c for c in COUNTRIES]
"""Codes in the order of the country head's classes (the last class, "", is unknown)."""

_CUMULATIVE = [sum(c.weight for c in list(COUNTRIES.values())[: i + 1]) for i in range(len(COUNTRIES))]


def pick_country(u: float) -> Country:
    """The country at `u` (0..1) of the weights."""
    goal = u * _CUMULATIVE[-1]
    return next(c for c, edge in zip(COUNTRIES.values(), _CUMULATIVE, strict=True) if goal <= edge)
