"""The tree: the quick frontier agrees with RFC 6962's own recursion."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from hoede.audit.rules import EMPTY_ROOT, Frontier, leaf_hash, node_hash, root_hash


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert Frontier().root() == EMPTY_ROOT == hashlib.sha256(b"").digest()


def test_known_roots_of_the_certificate_transparency_project() -> None:
    """The reference vectors of RFC 6962 implementations."""
    leaves = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in leaves]
    roots = [root_hash(hashes[:size]).hex()[:16] for size in range(1, 9)]
    assert roots == [
        "6e340b9cffb37a98",
        "fac54203e7cc696c",
        "aeb6bcfe274b70a1",
        "d37ee418976dd957",
        "4e3bbb1f7b478dcf",
        "76e67dadbcdf1e10",
        "ddb89be403809e32",
        "5dc9da79a70659a9",
    ]


@given(st.lists(st.binary(max_size=20), max_size=70))
def test_the_frontier_has_the_root_of_the_whole_tree(bodies: list[bytes]) -> None:
    edge = Frontier()
    for body in bodies:
        edge = edge.add(leaf_hash(body))
    assert (edge.size, edge.root()) == (len(bodies), root_hash([leaf_hash(body) for body in bodies]))


def test_a_node_cannot_pass_for_a_leaf() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert node_hash(left, right) != leaf_hash(left + right)
