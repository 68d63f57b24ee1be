"""A fetcher whose names and lines are values of a test."""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from tests.media.far import Far

from hoede.media import AddressRefused, Fetcher, FetchFailed
from hoede.media.fetch import connect

CDN, URL = "cdn.plein.example", "http://cdn.plein.example/p/1.png"
PUBLIC = "93.184.216.34"


@dataclass
class Names:
    """A name server: the n-th question about a name gets the n-th answer, and all after it the last one."""

    answers: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=lambda: {CDN: [[PUBLIC]]})
    asked: list[str] = field(default_factory=list)

    def __call__(self, name: str, _port: int) -> Sequence[str]:
        answers = self.answers.get(name, [[]])
        self.asked.append(name)
        return answers[min(self.asked.count(name), len(answers)) - 1]


@dataclass
class Lines:
    """Keeps where a connection was to be opened, and opens it to a server here instead."""

    far: Far | None = None
    asked: list[tuple[str, int]] = field(default_factory=list)

    def __call__(self, address: str, port: int, within_s: float) -> socket.socket:
        self.asked.append((address, port))
        if self.far is None:
            raise ConnectionRefusedError
        return connect("127.0.0.1", self.far.port, within_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """A fetcher with its double of the world."""

    fetcher: Fetcher
    names: Names
    lines: Lines

    def get(self, url: str = URL) -> bytes:
        got: list[bytes] = []
        self.fetcher.begin("plein", url, got.append).result()
        return b"".join(got)

    def why(self, url: str = URL) -> str:
        """Why it is refused or fails, in one word."""
        with pytest.raises((AddressRefused, FetchFailed)) as error:
            self.get(url)
        return str(error.value.facts["why"])
