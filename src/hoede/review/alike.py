"""Ids and names that look like others and are nobody's: as long, with the same kinds of letters. Pure."""

import hashlib
from collections.abc import Iterator
from itertools import count

_VOWELS, _CONSONANTS, _DIGITS = "aeiou", "bcdfghjklmnpqrstvwxyz", "0123456789"
_KINDS = (_VOWELS, _VOWELS.upper(), _CONSONANTS, _CONSONANTS.upper(), _DIGITS)
_HEX = ("abcdef", "ABCDEF", _DIGITS)
_HEX_FROM = 8  # characters; what is shorter may be a name


def alike(text: str, key: str) -> str:
    """The same for the same key; a vowel becomes a vowel, a digit a digit, hexadecimal stays so."""
    rolls = _rolls(f"{key}\x1f{text}")
    kinds = _HEX if _is_hex(text) else _KINDS
    return "".join(_another(sign, next(rolls), kinds) for sign in text)


def _is_hex(text: str) -> bool:
    letters = {one.lower() for one in text if one.isalpha()}
    return len(text) >= _HEX_FROM and any(map(str.isdigit, text)) and letters <= set("abcdef")


def _another(sign: str, roll: int, kinds: tuple[str, ...]) -> str:
    kind = next((one for one in kinds if sign in one), None)
    return sign if kind is None else kind[roll % len(kind)]


def _rolls(key: str) -> Iterator[int]:
    for block in count():
        yield from hashlib.sha256(f"{key}\x1f{block}".encode()).digest()
