"""One reader with its children for all tests that let strangers' files in, and one that fetches them."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from tests.media.far import Far
from tests.media.fetching import CDN, Fetch, Lines, Names

from hoede.app.tables import read_tables
from hoede.core.media import Seen
from hoede.media import CHILD, FETCHER, Fetcher, Limits, Pool, Reader, connect, parse_rule, resolve

Look = Callable[..., Seen]


@pytest.fixture(scope="session")
def limits() -> Limits:
    """Small enough that a test can go over them."""
    return Limits(pixels=4_000_000, side=8000, frames=300, video_s=60, seconds=10, video_seconds=20)


@pytest.fixture(scope="session")
def reader(limits: Limits) -> Iterator[Reader]:
    made = Reader(pool=Pool(CHILD, limits, 1), forms=read_tables().forms, limits=limits)
    yield made
    made.close()


@pytest.fixture
def look(reader: Reader) -> Look:
    """What a file with these bytes shows."""

    def seen(content: bytes, *, small: int = 0) -> Seen:
        with tempfile.TemporaryFile() as file:
            file.write(content)
            file.flush()
            os.lseek(file.fileno(), 0, os.SEEK_SET)
            return reader.look(file.fileno(), small=small)

    return seen


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    one = Pool(FETCHER, Limits(memory_mb=128), 1)
    yield one
    one.close()


@pytest.fixture(scope="session")
def plain(pool: Pool) -> Iterator[Fetcher]:
    """One that fetches from one name, in earnest."""
    with ThreadPoolExecutor(2) as executor:
        yield Fetcher(
            pool=pool,
            rules={"plein": (parse_rule(f"http://{CDN}"),)},
            roots=b"",
            most_bytes=1 << 20,
            within_s=60,
            executor=executor,
            resolve=resolve,
            connect=connect,
        )


@pytest.fixture
def fetch_from(plain: Fetcher) -> Callable[..., Fetch]:
    """Makes a fetcher whose every line ends at this server; `more` are other parts of it."""

    def made(
        far: Far | None, *rules: str, names: Mapping[str, Sequence[Sequence[str]]] | None = None, **more: Any
    ) -> Fetch:
        asked, lines = Names() if names is None else Names(names), Lines(far)
        if rules:
            more["rules"] = {"plein": tuple(parse_rule(one) for one in rules)}
        fetcher = replace(plain, resolve=asked, connect=lines, **more)
        return Fetch(fetcher=fetcher, names=asked, lines=lines)

    return made
