"""List files are read whole or not at all; every bad line is named by its number."""

import json

import pytest

from hoede.core.findings import DigestKind
from hoede.lists.reader import Line, ListFileError, read_lines

MD5, OTHER_MD5 = "a1" * 16, "b2" * 16
SHA1, SHA256, PDQ = "c3" * 20, "d4" * 32, "e5" * 32


def refused(text: str, form: str) -> ListFileError:
    with pytest.raises(ListFileError) as caught:
        read_lines(text, form)
    return caught.value


def test_csv_has_a_header_and_one_entry_a_row() -> None:
    text = f"id,sha256,md5\nx-1,{SHA256.upper()},{MD5}\n\n,,{OTHER_MD5}\n"
    assert read_lines(text, "csv") == [
        Line(2, {DigestKind.SHA256: SHA256, DigestKind.MD5: MD5}, "x-1"),
        Line(4, {DigestKind.MD5: OTHER_MD5}, None),
    ]


def test_json_lines_hold_one_object_each() -> None:
    rows = [{"md5": MD5, "sha1": SHA1, "id": 7}, {"sha256": SHA256, "id": None, "md5": None}]
    assert read_lines("\n\n".join(map(json.dumps, rows)), "jsonl") == [
        Line(1, {DigestKind.MD5: MD5, DigestKind.SHA1: SHA1}, "7"),
        Line(3, {DigestKind.SHA256: SHA256}, None),
    ]


def test_perceptual_fingerprints_stand_one_a_line_as_other_tools_write_them() -> None:
    text = f"# a list\n{PDQ.upper()}\n\n{SHA256},100,bridge.jpg\n"
    assert read_lines(text, "pdq") == [
        Line(2, {DigestKind.PDQ: PDQ}, None),
        Line(4, {DigestKind.PDQ: SHA256}, None),
    ]


def test_in_plain_text_the_length_tells_the_kind_and_a_hash_sign_opens_a_note() -> None:
    text = f"# a list\n{MD5}\n\n  {SHA1}  # second\n{SHA256.upper()}\n"
    assert read_lines(text, "text") == [
        Line(2, {DigestKind.MD5: MD5}, None),
        Line(4, {DigestKind.SHA1: SHA1}, None),
        Line(5, {DigestKind.SHA256: SHA256}, None),
    ]


@pytest.mark.parametrize(
    ("form", "text", "bad"),
    [
        ("text", f"{MD5}\n{MD5[:-1]}\n", "line 2: 31 characters"),  # one digit short
        ("text", f"{MD5}\n\n{'g' * 32}\n", "line 3: md5 wants 32 hexadecimal digits"),
        ("text", f"{MD5} {MD5}\n", "line 1: 65 characters"),  # two on a line
        ("csv", f"md5\n{MD5}\n{SHA1}\n", "line 3: md5 wants 32 hexadecimal digits"),
        ("csv", f"md5,id\n{MD5},1\n,2\n", "line 3: no digest"),
        ("csv", f"md5\n{MD5}\n{MD5},more\n", "line 3: more cells than columns"),
        ("csv", f'md5,id\n{MD5},1\n{MD5},"a"b\n', "line 3: ',' expected after '\"'"),
        ("csv", f'md5,id\n{MD5},1\n{MD5},"a\n', "line 3: unexpected end of data"),
        ("jsonl", f'{{"md5": "{MD5}"}}\n{{"md5"\n', "line 2: not JSON"),
        ("jsonl", f'["{MD5}"]\n', "line 1: not a JSON object"),
        ("jsonl", "[" * 100_000, "line 1: not JSON"),  # deeper than anybody reads
        ("jsonl", f'{{"md5": "{MD5}", "pdq": "x"}}\n', "line 1: pdq wants 64 hexadecimal digits"),
        ("jsonl", f'{{"md5": "{MD5}", "hue": "x"}}\n', "line 1: unknown key 'hue'"),
        ("pdq", f"{PDQ}\n{MD5},100,a.jpg\n", "line 2: pdq wants 64 hexadecimal digits"),
        ("jsonl", '{"md5": 12}\n', "line 1: md5 wants 32 hexadecimal digits"),
        ("jsonl", '{"id": "x-1"}\n', "line 1: no digest"),
        ("jsonl", '{"md5": ""}\n', "line 1: md5 wants 32 hexadecimal digits"),
    ],
)
def test_a_bad_line_is_named_by_its_number(form: str, text: str, bad: str) -> None:
    error = refused(text, form)
    assert error.detail.startswith(f"Nothing was imported. {bad}")
    assert (error.code, error.facts) == ("list-file-invalid", {"lines": 1})


def test_every_bad_line_is_named_and_good_ones_between_them_do_not_help() -> None:
    error = refused(f"xx\n{MD5}\nyyy\n", "text")
    assert "line 1: 2 characters" in error.detail
    assert "line 3: 3 characters" in error.detail
    assert error.facts == {"lines": 2}


def test_of_many_bad_lines_twenty_are_named_and_the_rest_counted() -> None:
    error = refused("x\n" * 25, "text")
    assert error.detail.count("line ") == 20
    assert error.detail.endswith(" and 5 more")
    assert error.facts == {"lines": 25}


@pytest.mark.parametrize(
    ("form", "text"),
    [("csv", ""), ("csv", "md5,sha1\n"), ("jsonl", "\n \n"), ("text", "# only a note\n"), ("text", "")],
)
def test_a_file_without_an_entry_is_refused(form: str, text: str) -> None:
    assert refused(text, form).detail == "The file holds no entry; nothing was imported."


def test_an_unknown_column_is_named() -> None:
    assert "Unknown column 'colour'" in refused(f"md5,colour\n{MD5},red\n", "csv").detail


def test_an_unknown_form_is_refused() -> None:
    assert "Unknown form 'xlsx'" in refused(MD5, "xlsx").detail


def test_a_broken_header_is_named_too() -> None:
    assert "line 1" in refused(f'"md5\n{MD5}\n', "csv").detail


def test_two_columns_of_one_name_are_refused() -> None:
    refused(f"md5,md5\n{MD5},{OTHER_MD5}\n", "csv")
