"""XML that attacks its reader is refused before it does anything."""

from pathlib import Path

import httpx2
import pytest
from lxml import etree

from hoede.simulators.cybertipline.xml import MalformedXmlError, parse

LAUGHS = '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">'
BOMBS = [
    f"<!DOCTYPE report [{LAUGHS}]><report>&c;</report>",
    '<?xml version="1.0"?><!-- 1 --><!-- 2 -->\n<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>',
    '<!DOCTYPE report [<!ENTITY f SYSTEM "file:///etc/hostname">]><report>&f;</report>',
    '<!DOCTYPE report [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]><report/>',
    "\ufeff<!DOCTYPE report><report/>",
    '<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE report+AD4-<report/>',
    "<report>&undeclared;</report>",
    "<a>" * 2000 + "</a>" * 2000,  # too deep
    "<!--" * 2000,
]


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused(bomb: str) -> None:
    with pytest.raises(MalformedXmlError):
        parse(bomb.encode())


def test_a_bomb_over_http_is_refused_and_opens_nothing(api: httpx2.Client, tmp_path: Path) -> None:
    answer = api.post("/submit", content=BOMBS[0])

    assert answer.status_code == 400
    assert etree.fromstring(answer.content).findtext("responseCode") == "4110"
    assert (tmp_path / "ledger.jsonl").read_bytes() == b""


def test_words_that_only_look_like_a_doctype_are_fine() -> None:
    assert parse(b"<!-- <!DOCTYPE a> --><a><![CDATA[<!DOCTYPE a>]]></a>").text == "<!DOCTYPE a>"
