"""List files of every kind of wrong, and a few that only look it; nothing in them is anybody's list.

Each is bytes, as a partner's tool could write them, with what is said of it: the beginning of the refusal,
or how many entries it holds.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MD5, OTHER_MD5 = "a1" * 16, "b2" * 16
SHA256 = hashlib.sha256(b"hoede").hexdigest()
PDQ = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
FULL_WIDTH = "".join(chr(ord(digit) + 0xFEE0) for digit in MD5)  # looks like hexadecimal digits
ARABIC = "\N{ARABIC-INDIC DIGIT ONE}" * 32
WANTS_MD5, NO_LENGTH = "line 1: md5 wants 32 hexadecimal digits", "characters: no digest we know"
CONTROLS = "line {}: an id has neither control characters"


@dataclass(frozen=True, slots=True)
class ListFile:
    name: str
    form: str
    make: Callable[[], bytes]
    says: str | int

    def __str__(self) -> str:
        return f"{self.form}: {self.name}"


def list_files() -> Iterator[ListFile]:
    """All of them."""
    for form, name, content, says in (*_TEXT, *_CSV, *_JSON, *_PDQ):
        yield ListFile(name, form, content.encode, says)
    for form, name, make, says in _BYTES:
        yield ListFile(name, form, make, says)


_TEXT: tuple[tuple[str, str, str, str | int], ...] = (
    ("text", "full-width digits", FULL_WIDTH, WANTS_MD5),
    ("text", "digits of another script", ARABIC, WANTS_MD5),
    ("text", "a letter that looks like a digit", MD5[:-1] + "\N{LATIN SMALL LETTER L}", WANTS_MD5),
    ("text", "a letter that becomes two", MD5[:-1] + "\N{LATIN SMALL LETTER SHARP S}", WANTS_MD5),
    ("text", "NUL behind a digest", f"{MD5}\0\n", NO_LENGTH),
    ("text", "a mark that shows nothing", f"{MD5}\N{ZERO WIDTH SPACE}\n", NO_LENGTH),
    (
        "text",
        "a second mark of order",
        f"\N{ZERO WIDTH NO-BREAK SPACE}\N{ZERO WIDTH NO-BREAK SPACE}{MD5}",
        NO_LENGTH,
    ),
    ("text", "a number with its base", f"0x{MD5}\n", NO_LENGTH),
    ("text", "its kind before it", f"md5:{MD5}\n", NO_LENGTH),
    ("text", "what md5sum prints", f"{MD5}  picture.jpg\n", NO_LENGTH),
    ("text", "in base 64", "ryYaG6EBtZ6vCMuxLDmx0w==\n", NO_LENGTH),
    ("text", "in quotes", f'"{MD5}"\n', NO_LENGTH),
    ("text", "a trailing comma", f"{MD5},\n", NO_LENGTH),
    ("text", "an address", "https://hoede.example/list.txt\n", NO_LENGTH),
    ("text", "a page instead of a list", "<!doctype html>\n<title>Sign in</title>\n", NO_LENGTH),
    ("text", "PDQ meant, SHA-256 read", f"{PDQ}\n" * 16, "These are PDQ fingerprints"),
    ("text", "every way to end a line", f"{MD5}\r{OTHER_MD5}\r\n{SHA256}\n{'c' * 32}", 4),
    ("text", "upper and lower case", f"{MD5.upper()}\n{SHA256.title()}\n", 2),
    ("text", "blanks of every kind around", f"\t{MD5}\N{NO-BREAK SPACE}\x0b\n\x0c{OTHER_MD5}\x85\n", 2),
)
_CSV: tuple[tuple[str, str, str, str | int], ...] = (
    (
        "csv",
        "a quote that is never closed",
        f'md5,id\n{MD5},"a\n' + f"{MD5},b\n" * 1000,
        "line 1002: unexpected end",
    ),
    (
        "csv",
        "a quote that holds the rest",
        f'md5,id\n{MD5},"' + "x\n" * 200_000,
        "field larger than field limit",
    ),
    ("csv", "a quote within", f'md5,id\n{MD5},a"b\n', 1),
    ("csv", "two columns of one name", f"md5,id,md5\n{MD5},1,{OTHER_MD5}\n", "line 1: two columns"),
    ("csv", "a million columns", "md5" + ",id" * 1_000_000 + "\n", "line 1: two columns"),
    ("csv", "a column of a million letters", "x" * 100_000 + "\n", "Unknown column 'xxxx"),
    ("csv", "a million cells", f"md5\n{MD5}" + ",x" * 1_000_000 + "\n", "line 2: more cells than columns"),
    ("csv", "a blank before a name", f"md5, id\n{MD5},1\n", "Unknown column ' id'"),
    ("csv", "names in capitals", f"MD5\n{MD5}\n", "Unknown column 'MD5'"),
    ("csv", "no header", f"{MD5},1\n", "Unknown column"),
    ("csv", "semicolons", f"md5;id\n{MD5};1\n", "Unknown column 'md5;id'"),
    ("csv", "tabs", f"md5\tid\n{MD5}\t1\n", r"Unknown column 'md5\tid'"),
    ("csv", "a trailing comma in the header", f"md5,\n{MD5},\n", "Unknown column ''"),
    ("csv", "a trailing comma in a row", f"md5,id\n{MD5},1,\n", "line 2: more cells than columns"),
    ("csv", "NUL in an id", f"md5,id\n{MD5},a\0b\n", CONTROLS.format(2)),
    ("csv", "a line's end in an id", f'md5,id\n{OTHER_MD5},1\n{MD5},"a\r\nb"\n', CONTROLS.format(4)),
    ("csv", "an id of 256 letters", f"md5,id\n{MD5},{'x' * 256}\n", "line 2: an id has at most 255"),
    ("csv", "an id of 255 letters", f"md5,id\n{MD5},{'x' * 255}\n", 1),
    ("csv", "a formula as an id", f"md5,id\n{MD5},=HYPERLINK(0)\n{OTHER_MD5},@SUM(1)\n", 2),
    (
        "csv",
        "lines of other scripts in an id",
        f"md5,id\n{MD5},a\N{LINE SEPARATOR}b\x0bc\n",
        CONTROLS.format(2),
    ),
    ("csv", "a line separator in an id", f"md5,id\n{MD5},a\N{LINE SEPARATOR}b\n", 1),
    ("csv", "old ends of lines", f"md5,id\r{MD5},1\r{OTHER_MD5},2\r", 2),
    ("csv", "PDQ in the wrong column", "sha256\n" + f"{PDQ}\n" * 16, "These are PDQ fingerprints"),
)
_JSON: tuple[tuple[str, str, str, str | int], ...] = (
    ("jsonl", "a number as a digest", json.dumps({"md5": int("1" * 32)}), WANTS_MD5),
    ("jsonl", "a list as a digest", json.dumps({"md5": [MD5]}), WANTS_MD5),
    ("jsonl", "a digest of halves", '{"md5": "' + r"\ud800" * 32 + '"}', WANTS_MD5),
    (
        "jsonl",
        "an id that is half a character",
        f'{{"md5": "{MD5}", "id": "' + r"\ud800" + '"}',
        CONTROLS.format(1),
    ),
    ("jsonl", "an id with NUL", f'{{"md5": "{MD5}", "id": "' + r"\u0000" + '"}', CONTROLS.format(1)),
    (
        "jsonl",
        "an id of a thousand digits",
        f'{{"md5": "{MD5}", "id": {"1" * 1000}}}',
        "line 1: an id has at most",
    ),
    (
        "jsonl",
        "an id of ten thousand digits",
        f'{{"md5": "{MD5}", "id": {"1" * 10_000}}}',
        "line 1: not JSON",
    ),
    ("jsonl", "an id that is a list", json.dumps({"md5": MD5, "id": ["a"]}), "line 1: an id is text"),
    ("jsonl", "an id that is a fraction", f'{{"md5": "{MD5}", "id": 1e3}}', "line 1: an id is text"),
    ("jsonl", "an id that is no number", f'{{"md5": "{MD5}", "id": NaN}}', "line 1: an id is text"),
    ("jsonl", "an id that is true", json.dumps({"md5": MD5, "id": True}), "line 1: an id is text"),
    ("jsonl", "an id of nothing", json.dumps({"md5": MD5, "id": ""}), 1),
    (
        "jsonl",
        "a digest twice",
        f'{{"md5": "{MD5}", "md5": "{OTHER_MD5}"}}',
        "line 1: a key stands there twice",
    ),
    ("jsonl", "deeper than anybody reads", '{"md5":' * 100_000, "line 1: not JSON"),
    ("jsonl", "deep within a key", f'{{"md5": "{MD5}", "id": ' + "[" * 100_000 + "}", "line 1: not JSON"),
    ("jsonl", "one list of all", json.dumps([{"md5": MD5}]), "line 1: not a JSON object"),
    ("jsonl", "printed over several lines", json.dumps({"md5": MD5}, indent=1), "line 1: not JSON"),
    ("jsonl", "a trailing comma", f'{{"md5": "{MD5}"}},', "line 1: not JSON"),
    ("jsonl", "a key of a million letters", json.dumps({"x" * 1_000_000: MD5}), "line 1: unknown key 'xxxx"),
    ("jsonl", "a line separator in an id", f'{{"md5": "{MD5}", "id": "a\N{LINE SEPARATOR}b"}}', 1),
    ("jsonl", "a line of megabytes", f'{{"md5": "{MD5}"}}' + " " * (4 << 20) + "\n", 1),
)
_PDQ: tuple[tuple[str, str, str, str | int], ...] = (
    ("pdq", "an md5 among them", f"{PDQ}\n{MD5}\n", "line 2: pdq wants 64"),
    ("pdq", "its parts apart", " ".join(PDQ[at : at + 4] for at in range(0, 64, 4)), "line 1: pdq wants 64"),
    ("pdq", "a minus before it", f"-{PDQ[1:]}", "line 1: pdq wants 64"),
    ("pdq", "quality and name behind it", f"{PDQ},100,a,b,c\n{SHA256.upper()} # seen\n", 2),
)
_BYTES: tuple[tuple[str, str, Callable[[], bytes], str | int], ...] = (
    ("text", "a mark of order before it", lambda: b"\xef\xbb\xbf" + MD5.encode(), 1),
    ("text", "in 16 bits", lambda: MD5.encode("utf-16"), "line 1: not UTF-8"),
    ("text", "a half character in bytes", lambda: f"{MD5}\n".encode() + b"\xed\xa0\x80", "line 2: not UTF-8"),
    ("text", "packed", lambda: b"\x1f\x8b\x08\0" + bytes(100), "line 1: not UTF-8"),
    ("text", "zeros", lambda: bytes(1 << 20), NO_LENGTH),
    ("csv", "a mark of order before the header", lambda: b"\xef\xbb\xbfmd5\n" + MD5.encode(), 1),
    ("csv", "two marks of order", lambda: b"\xef\xbb\xbf" * 2 + b"md5\n" + MD5.encode(), "Unknown column"),
    ("jsonl", "a mark of order before it", lambda: b"\xef\xbb\xbf" + json.dumps({"md5": MD5}).encode(), 1),
)
