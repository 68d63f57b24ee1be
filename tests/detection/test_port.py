"""Digests are taken while media streams in."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from hoede.core.findings import DigestKind
from hoede.detection import digests_of


@given(st.lists(st.binary(max_size=50)))
def test_the_digests_are_those_of_the_whole_however_it_was_cut(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    assert digests_of(chunks) == {
        DigestKind.MD5: hashlib.md5(whole, usedforsecurity=False).hexdigest(),
        DigestKind.SHA1: hashlib.sha1(whole, usedforsecurity=False).hexdigest(),
        DigestKind.SHA256: hashlib.sha256(whole).hexdigest(),
    }
