"""The adapter of the how-to page does what the page says."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hoede.accounts.registry import read_claim
from hoede.accounts.rules import bounds

Blocks = Callable[[str], list[tuple[str, str, str]]]


def test_the_adapter_of_the_page_reads_its_own_example(blocks: Blocks) -> None:
    [code] = [
        text for language, _, text in blocks("docs/howto/write-an-age-adapter.md") if language == "python"
    ]
    page: dict[str, Any] = {"__name__": "school_pass"}
    exec(code, page)  # noqa: S102 - our own page's words
    adapter = page["ADAPTER"]
    [example] = adapter.examples

    found = read_claim(adapter, example.claim, datetime(2026, 11, 27, tzinfo=UTC))

    assert (found.method, found.assurance) == ("school-pass", example.assurance)
    assert bounds(found, found.as_of) == (example.lower, example.upper)
