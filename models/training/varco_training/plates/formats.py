"""What European plates say and how they are built: one row of data per country.

Patterns: ``a`` a letter of the country's set, ``d`` a digit, ``n`` a digit 1-9, ``m`` either a letter or a digit, ``<a1-2>`` one
or two letters, ``<d1-4>`` one to four digits, ``{X}`` a code of list X, capitals and digits themselves; between them ``~`` a
narrow gap, a blank a wide one, ``-`` a dash, ``.`` a dot, ``*`` a seal or coat of arms, ``>`` a box with smaller signs, ``/`` the
next row. After the pattern ``@k`` asks for a colour of `COLOURS`, ``!`` leaves out the side bands and ``=WORD`` prints small words.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

import numpy as np

from . import codes

# Background and foreground, RGB.
COLOURS: dict[str, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    "w": ((236, 236, 232), (18, 18, 20)),
    "y": ((244, 198, 28), (18, 18, 20)),
    "k": ((22, 22, 24), (228, 228, 222)),
    "b": ((20, 60, 140), (236, 236, 236)),
    "r": ((180, 24, 30), (240, 240, 240)),
    "g": ((18, 110, 60), (236, 236, 236)),
    "wr": ((238, 236, 230), (150, 20, 36)),
    "wg": ((236, 236, 232), (20, 110, 60)),
    "wb": ((236, 236, 232), (20, 40, 130)),
    "o": ((232, 120, 30), (18, 18, 20)),
    "lg": ((150, 210, 150), (18, 18, 20)),
    "lb": ((150, 200, 235), (18, 18, 20)),
    "yr": ((244, 198, 28), (160, 20, 30)),
    "ky": ((22, 22, 24), (240, 200, 50)),
    "gy": ((176, 178, 176), (20, 20, 22)),
    "cb": ((240, 232, 205), (24, 44, 110)),
    "lv": ((206, 214, 240), (30, 30, 90)),
    "lo": ((246, 218, 186), (30, 60, 40)),
}


@dataclass(frozen=True)
class Country:
    """How one country's plates look. Patterns and colours are drawn by weight of repetition."""

    code: str
    weight: float
    band: str
    font: str
    letters: str
    one_row: tuple[str, ...]
    two_row: tuple[str, ...]
    colours: tuple[str, ...] = ("w",)
    width: float = 4.73
    """Width of a one-row plate divided by its height."""


@dataclass(frozen=True)
class Layout:
    """A concrete plate text: glyphs and separators, `/` between rows."""

    country: str | None
    tokens: str
    """Letters and digits with the separators of the pattern."""
    colour: str = ""
    """A name of `COLOURS` that this form of plate always has, or "" for any of the country's."""
    bands: bool = True
    words: str = ""
    """Small print that belongs to this form of plate and not to its text."""

    @property
    def text(self) -> str:
        """The text without separators."""
        return re.sub(r"[ ~\-.*/>]", "", self.tokens)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.tokens.count("/") + 1


SEPARATORS = " ~-.*/>"
_SPEC = re.compile(r"([^@!=]*)(?:@(\w+))?(!?)(?:=(.+))?")
_TOKEN = re.compile(r"<([ad])(\d)-(\d)>|\{(\w+)\}|(.)")


@functools.cache
def _parsed(pattern: str) -> tuple[tuple[str, str, int, int], ...]:
    out = []
    for kind, low, high, name, char in _TOKEN.findall(pattern):
        if kind:
            out.append((kind, "", int(low), int(high)))
        elif name:
            out.append(("code", name, 1, 1))
        elif char in "adnm":
            out.append((char, "", 1, 1))
        else:
            out.append(("literal", char, 1, 1))
    return tuple(out)


# Signs that real plates make hard to tell apart are drawn oftener than by chance.
_HARD = "IWWMMOQDVYBGCKSUHJN"
_HARD_DIGITS = "0016888394"
_HARD_SHARE = 0.16
# A narrow sign beside a wide one is the pair that a reader is likeliest to take for one sign.
_WIDE, _NARROW = "MWNHUQ", "IJLT"
_DOTTED_SHARE = 0.15
_PAIR_SHARE, _REPEAT_SHARE, _END_SHARE = 0.16, 0.1, 0.08


def _harden(rng: np.random.Generator, signs: list[str], kinds: list[str], letters: str) -> None:
    """Put hard neighbours into `signs` where `kinds` (a letter, d digit, - fixed) leaves the choice free."""
    free = [i for i, k in enumerate(kinds) if k != "-"]
    if len(free) < 2:
        return
    wide = [c for c in _WIDE if c in letters]
    narrow = [c for c in _NARROW if c in letters]
    if wide and rng.random() < _PAIR_SHARE:
        i, side = free[int(rng.integers(len(free)))], 1 if rng.random() < 0.5 else -1
        if kinds[i] == "a":
            signs[i] = wide[int(rng.integers(len(wide)))]
            j = i + side
            if 0 <= j < len(kinds) and kinds[j] in "ad" and (narrow or kinds[j] == "d"):
                # The bare bar comes first in the list and is the hardest of the narrow ones.
                pick = 0 if rng.random() < 0.6 else int(rng.integers(max(1, len(narrow))))
                signs[j] = "1" if kinds[j] == "d" else narrow[pick]
    if rng.random() < _REPEAT_SHARE:
        i = free[int(rng.integers(len(free) - 1))]
        if i + 1 < len(kinds) and kinds[i + 1] == kinds[i]:
            signs[i + 1] = signs[i]
    if rng.random() < _END_SHARE:
        i = free[0] if rng.random() < 0.4 else free[-1]
        if kinds[i] == "d":
            signs[i] = "1"
        elif "I" in letters:
            signs[i] = "I"
            # A bar between a wide letter and the plate's edge or frame is lost most easily of all.
            if i > 0 and kinds[i - 1] == "a" and wide and rng.random() < 0.5:
                signs[i - 1] = wide[int(rng.integers(len(wide)))]


@functools.cache
def _dotted(name: str) -> list[str]:
    """Codes of a list with an umlaut: few, and two dots are soon lost."""
    return [code for code in codes.LISTS[name] if any(c in code for c in "ÄÖÜ")]


def _draw(rng: np.random.Generator, pattern: str, letters: str) -> str:
    hard = [c for c in _HARD if c in letters]
    out: list[str] = []
    kinds: list[str] = []
    for kind, value, low, high in _parsed(pattern):
        count = low if low == high else int(rng.integers(low, high + 1))
        if kind == "literal":
            out.append(value)
            kinds.append("-")
        elif kind == "code":
            table = codes.LISTS[value]
            dotted = _dotted(value)
            if dotted and rng.random() < _DOTTED_SHARE:
                table = dotted
            chars = list(table[int(rng.integers(len(table)))])
            out.extend(chars)
            kinds.extend("-" * len(chars))
        else:
            source = {"a": letters, "d": "0123456789", "n": "123456789", "m": letters + "0123456789"}[kind]
            chars = [source[int(i)] for i in rng.integers(len(source), size=count)]
            if kind in "ad" and rng.random() < _HARD_SHARE * count:
                pool = hard if kind == "a" else _HARD_DIGITS
                if pool:
                    chars[int(rng.integers(count))] = pool[int(rng.integers(len(pool)))]
            out.extend(chars)
            kinds.extend(("d" if kind == "d" and (k or low == high) else "a" if kind == "a" else "-") for k in range(count))
            if kind == "d" and low != high and chars[0] == "0":
                out[-count] = "123456789"[int(rng.integers(9))]
    _harden(rng, out, kinds, letters)
    return "".join(out)


@functools.cache
def _matcher(pattern: str) -> re.Pattern[str]:
    parts = []
    for kind, value, low, high in _parsed(pattern):
        if kind == "literal" and value in SEPARATORS:
            continue
        if kind == "literal":
            parts.append(f"({value})")
        elif kind == "code":
            parts.append("(" + "|".join(sorted(codes.LISTS[value], key=len, reverse=True)) + ")")
        else:
            allowed = {"a": "A-ZÄÖÜ", "m": "A-Z0-9"}.get(kind, "0-9")
            parts.append(f"([{allowed}]{{{low},{high}}})")
    return re.compile("".join(parts))


def _fit(text: str, pattern: str) -> str | None:
    """`text` with the separators of `pattern`, or None where it is not of that form."""
    found = _matcher(pattern).fullmatch(text)
    if found is None:
        return None
    groups = iter(found.groups())
    return "".join(v if k == "literal" and v in SEPARATORS else next(groups) for k, v, _, _ in _parsed(pattern))


def _generic(rng: np.random.Generator, text: str, rows: int) -> str:
    """Any text: gaps where letters and digits meet; two rows split near the middle or at such a change."""
    changes = [i for i in range(1, len(text)) if text[i].isdigit() != text[i - 1].isdigit()]
    if rows == 2 and len(text) > 1:
        cut = changes[int(rng.integers(len(changes)))] if changes and rng.random() < 0.6 else len(text) // 2
        return text[:cut] + "/" + text[cut:]
    gap = ("~", " ", "-", "", "", ".", "*", "~")[int(rng.integers(8))]
    keep = rng.random() < 0.85
    return "".join((gap if i in changes and keep else "") + c for i, c in enumerate(text))


def _word(rng: np.random.Generator) -> str:
    """A word, or something that sounds like one: letters only, many of them O and I."""
    if rng.random() < 0.4:
        return codes.WORDS[int(rng.integers(len(codes.WORDS)))]
    first, second = "BCDFGHJKLMNPQRSTVWXYZ", "OOOIIAEU"
    length, out = int(rng.integers(4, 9)), []
    for i in range(length):
        source = second if (i + (rng.random() < 0.15)) % 2 else first
        out.append(source[int(rng.integers(len(source)))])
    return "".join(out)


def random_text(rng: np.random.Generator) -> str:
    """A string of 4-9 signs without any national form: a mix, runs of letters and digits, or a word."""
    if rng.random() < 0.15:
        return _word(rng)
    length = int(rng.integers(4, 9)) if rng.random() < 0.9 else int(rng.integers(2, 11))
    letters, digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZOI", "012345678901"
    if rng.random() < 0.1:
        letters += "ÄÖÜ"
    out, kinds, use_letters = [], [], rng.random() < 0.5
    mixed = rng.random() < 0.3
    for _ in range(length):
        if rng.random() < (0.5 if mixed else 0.3):
            use_letters = not use_letters
        source = letters if use_letters else digits
        out.append(source[int(rng.integers(len(source)))])
        kinds.append("a" if use_letters else "d")
    _harden(rng, out, kinds, letters)
    return "".join(out)


def draw_layout(
    rng: np.random.Generator, country: Country | None, text: str | None, rows: int | None
) -> Layout:
    """A layout for `country` (None: no national form), for the given text where there is one."""
    if country is None:
        wanted = rows or (2 if rng.random() < 0.28 else 1)
        return Layout(None, _generic(rng, text or random_text(rng), wanted))
    two = rows == 2 or (rows is None and bool(country.two_row) and rng.random() < 0.26)
    patterns = (country.two_row if two else country.one_row) or country.one_row
    if text is None:
        pattern, colour, bare, words = _SPEC.fullmatch(patterns[int(rng.integers(len(patterns)))]).groups()
        tokens = _draw(rng, pattern, country.letters)
        if two and "/" not in tokens:
            tokens = _generic(rng, Layout(None, tokens).text, 2)
        return Layout(country.code, tokens, colour or "", not bare, words or "")
    order = [_SPEC.fullmatch(patterns[int(i)]).groups() for i in rng.permutation(len(patterns))]
    fits = ((fit, spec) for spec in order if (fit := _fit(text, spec[0])) is not None)
    tokens, (_, colour, bare, words) = next(fits, (None, ("", "", "", "")))
    if tokens is None or (two and "/" not in tokens):
        tokens = _generic(rng, text, 2 if two else 1)
    return Layout(country.code, tokens, colour or "", not bare, words or "")
