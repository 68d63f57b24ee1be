"""Verification: the tree computed anew, held against heads, also kept ones, and against our rows. Pure."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hoede.audit.rules import Frontier, Head, LogKey, change_message, head_message, in_force, leaf_hash
from hoede.core.leaves import commitment


@dataclass(frozen=True, slots=True)
class Expected:
    """A change our rows tell of, which must have exactly one leaf."""

    act: str
    about: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was checked and everything that is wrong, in words."""

    leaves: int
    unnumbered: int
    heads: int
    wrong: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.wrong


def verify(
    bodies: Iterable[tuple[int | None, str]],
    heads: Iterable[Head],
    key: Ed25519PublicKey,
    *,
    names: bytes,
    expected: Iterable[Expected],
    also_acts: frozenset[str] = frozenset(),
    log_keys: Sequence[LogKey] = (),
    kept: Sequence[Head] = (),
    gone: Iterable[str] = (),
) -> Verdict:
    """Check numbers, hashes, heads, signatures, times, and rows against leaves in both directions.

    `bodies` are numbers and canonical JSON in the order of the tree. A leaf whose act the rows
    never tell of (`also_acts`, e.g. openings of evidence) is not looked for in the rows. `key` is the
    newest of the log's; those before it stand in `log_keys` and each head is held against the one in force.
    Heads that were `kept` outside are what tells a log that was made anew with the right key. `gone` are
    ids of rows that were erased: their leaves stay, and changes of their own are due for the erasing.
    """
    wrong: list[str] = []
    if log_keys and log_keys[-1].public != key.public_bytes_raw():
        wrong.append("the newest key of the log is not the one in the key folder")
    signers = log_keys or (_only(key),)
    counted, seen = _tree(bodies, heads, signers, kept, wrong)
    acts = {act for act, _ in seen}
    erased = {(act, commitment(names, act, one)) for one in gone for act in acts}
    due = Counter((change.act, commitment(names, change.act, change.about)) for change in expected)
    _check_rows(seen, due, also_acts, erased, wrong)
    return Verdict(*counted, tuple(wrong))


def verify_alone(
    bodies: Iterable[tuple[int | None, str]],
    heads: Iterable[Head],
    log_keys: Sequence[LogKey],
    *,
    kept: Sequence[Head] = (),
    known: bytes | None = None,
) -> Verdict:
    """The log without our rows, for who has nothing but a copy of it.

    `known` is a key of the log that was learned elsewhere: the changes of key lead from it to all others.
    """
    wrong: list[str] = []
    if known is not None and all(one.public != known for one in log_keys):
        wrong.append("the log was never signed by the key that was given")
    if not log_keys:
        return Verdict(0, 0, 0, (*wrong, "there is no key of the log"))
    counted, _ = _tree(bodies, heads, log_keys, kept, wrong)
    return Verdict(*counted, tuple(wrong))


def _only(key: Ed25519PublicKey) -> LogKey:
    return LogKey(number=1, public=key.public_bytes_raw(), from_size=0, at=datetime.min.replace(tzinfo=UTC))


def _tree(
    bodies: Iterable[tuple[int | None, str]],
    heads: Iterable[Head],
    signers: Sequence[LogKey],
    kept: Sequence[Head],
    wrong: list[str],
) -> tuple[tuple[int, int, int], Counter[tuple[str, str]]]:
    """Leaves, leaves without a number and heads, and how often each act on each subject was seen."""
    _check_keys(signers, wrong)
    by_size, outside = _by_size(heads, wrong), _kept_by_size(kept, signers, wrong)
    edge, waiting, seen = Frontier(), 0, Counter[tuple[str, str]]()
    for number, body in bodies:
        act, about = _read(body, wrong, number)
        seen[act, about] += 1
        if number is None:
            waiting += 1
            continue
        if number != edge.size:
            wrong.append(f"leaf {number} stands where {edge.size} belongs")
        edge = edge.add(leaf_hash(body.encode()))
        if head := by_size.get(edge.size):
            _check_head(head, edge, in_force(signers, edge.size).public, wrong)
        _check_kept(outside.pop(edge.size, []), edge, wrong)
    _check_sizes(by_size, edge, wrong)
    wrong.extend(f"a head over {size} leaves was kept, the log has {edge.size}" for size in outside)
    return (edge.size, waiting, len(by_size)), seen


def _by_size(heads: Iterable[Head], wrong: list[str]) -> dict[int, Head]:
    found: dict[int, Head] = {}
    for head in heads:
        if head.size < 1:
            wrong.append(f"there is a head over {head.size} leaves")
        if head.size in found:
            wrong.append(f"there are two heads over {head.size} leaves")
        found[head.size] = head
    return found


def _kept_by_size(kept: Sequence[Head], signers: Sequence[LogKey], wrong: list[str]) -> dict[int, list[Head]]:
    """Heads that were kept outside; one that no key of this log signed is none of it."""
    found: dict[int, list[Head]] = {}
    for head in kept:
        if head.size < 1:
            wrong.append(f"a head over {head.size} leaves was kept")
        message = head_message(head.size, head.root, head.at)
        if not signed(in_force(signers, head.size).public, head.signature, message):
            wrong.append(f"the kept head over {head.size} leaves is not signed by this log's key")
        found.setdefault(head.size, []).append(head)
    return found


def _check_kept(kept: Sequence[Head], edge: Frontier, wrong: list[str]) -> None:
    wrong.extend(
        f"the log was another one when the head over {head.size} leaves was kept"
        for head in kept
        if head.root != edge.root()
    )


def _read(body: str, wrong: list[str], number: int | None) -> tuple[str, str]:
    try:
        leaf = json.loads(body)
        return str(leaf["act"]), str(leaf["about"])
    except (ValueError, KeyError, TypeError):
        wrong.append(f"leaf {number} cannot be read")
        return "?", "?"


def _check_keys(log_keys: Sequence[LogKey], wrong: list[str]) -> None:
    """Each change of key is signed by both, so that neither end of the chain can be made up."""
    first = log_keys[0]
    if (first.number, first.from_size) != (1, 0):
        wrong.append("the first key of the log does not sign from the beginning")
    for former, new in pairwise(log_keys):
        if (new.number, new.from_size >= former.from_size) != (former.number + 1, True):
            wrong.append(f"key {new.number} of the log does not follow key {former.number}")
        message = change_message(former.public, new)
        for signer, signature in ((former, new.by_former), (new, new.by_itself)):
            if not signed(signer.public, signature, message):
                wrong.append(
                    f"the change to key {new.number} of the log is not signed by key {signer.number}"
                )


def _check_head(head: Head, edge: Frontier, signer: bytes, wrong: list[str]) -> None:
    if head.root != edge.root():
        wrong.append(f"the head over {head.size} leaves has another root than the leaves under it")
    if not signed(signer, head.signature, head_message(head.size, head.root, head.at)):
        wrong.append(f"the head over {head.size} leaves is not signed by this log's key")


def signed(public: bytes, signature: bytes | None, message: bytes) -> bool:
    """Whether the owner of this public key signed the message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature or b"", message)
    except (InvalidSignature, ValueError):  # a public key of another length is none
        return False
    return True


def _check_sizes(by_size: dict[int, Head], edge: Frontier, wrong: list[str]) -> None:
    wrong.extend(
        f"the head over {size} leaves is longer than the log of {edge.size}"
        for size in by_size
        if size > edge.size
    )
    if edge.size and edge.size not in by_size:
        wrong.append(f"no head covers all {edge.size} leaves")
    in_order = [by_size[size].at for size in sorted(by_size)]
    if in_order != sorted(in_order):
        wrong.append("a longer head is older than a shorter one")


def _check_rows(
    seen: Counter[tuple[str, str]],
    due: Counter[tuple[str, str]],
    also_acts: frozenset[str],
    erased: Collection[tuple[str, str]],
    wrong: list[str],
) -> None:
    for (act, about), count in (due - seen).items():
        wrong.append(f"{count} change(s) {act} in the rows without a leaf ({about})")
    for (act, about), count in (seen - due).items():
        if act not in also_acts and act != "?" and (act, about) not in erased:
            wrong.append(f"{count} leaf/leaves {act} without a row ({about})")
