"""Checks a log of Hoede without Hoede: RFC 6962, RFC 9162 and Ed25519, and no other line of its code.

    python independent.py log   LOG   [--kept HEADS] [--key KEY]   LOG: of `hoede audit export`
    python independent.py proof PROOF [--kept HEADS] [--key KEY]   PROOF: of `hoede audit prove`
HEADS: what /v1/audit/head answered, one JSON document a line, kept where nobody of the platform can change
it; without, a log made anew by who holds its key looks sound. KEY: one of its public keys, learned elsewhere.
"""

import argparse
import hashlib
import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterable
from functools import reduce
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Told = dict[str, Any]


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def is_signed(key: str, signature: str | None, *lines: object) -> bool:
    message = "".join(f"{line}\n" for line in lines).encode()
    try:
        Ed25519PublicKey.from_public_bytes(b64decode(key)).verify(b64decode(signature or ""), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def half(size: int) -> int:
    return 1 if size == 2 else 2 * half((size + 1) // 2)  # noqa: PLR2004 - the least power of two >= size / 2


def up(number: int, size: int, path: list[bytes], leaf: bytes) -> bytes:
    """The root above a leaf; steps are taken from the end of the path, where the root is."""
    if size <= 1:
        return leaf
    left, beside = half(size), path.pop()
    if number < left:
        return sha(b"\1", up(number, left, path, leaf), beside)
    return sha(b"\1", beside, up(number - left, size - left, path, leaf))


def roots_of(old: int, new: int, path: list[bytes], was: bytes | None) -> tuple[bytes, bytes]:
    """The roots before and after; `was` is the old one while its whole tree is the left part of the new."""
    if old >= new:
        node = was or path.pop()
        return node, node
    left, beside = half(new), path.pop()
    if old <= left:
        before, after = roots_of(old, left, path, was)
        return before, sha(b"\1", after, beside)
    before, after = roots_of(old - left, new - left, path, None)
    return sha(b"\1", beside, before), sha(b"\1", beside, after)


def proof(told: Told, kept: list[Told], known: str | None) -> Iterable[str]:
    """What is wrong with a proof of one leaf, or of growth between two heads."""
    heads = [told["old"], told["new"]] if "old" in told else [told]
    path, roots = [b64decode(one) for one in told["path"]], [b64decode(one["root"]) for one in heads]
    try:
        if "old" in told:
            found = list(roots_of(heads[0]["size"], heads[1]["size"], path, roots[0]))
        else:
            found = [up(told["number"], told["size"], path, sha(b"\0", told["leaf"].encode()))]
    except IndexError:
        found = []
    if found != roots or path or not 0 <= told.get("number", 0) < heads[-1]["size"]:
        yield "the path does not lead to the root"
    for head in heads:
        lines = head["message"].split("\n")
        if lines[:3] != ["hoede-audit/1", str(head["size"]), head["root"]] or lines[4:] != [""]:
            yield "another head was signed"
        if known not in {None, head["key"]} or not is_signed(head["key"], head["signature"], *lines[:-1]):
            yield "a head is not signed by the key"
    if kept and {one["message"] for one in kept}.isdisjoint(one["message"] for one in heads):
        yield "no head of this proof was kept: ask for a proof against one that was"


def chain(keys: list[Told], known: str | None) -> Iterable[str]:
    if [(one["number"], one["from_size"]) for one in keys[:1]] != [(1, 0)]:
        yield "no key signs from the beginning"
    for old, new in pairwise(keys):
        lines = "hoede-log-key/1", new["number"], new["from_size"], old["public"], new["public"], new["at"]
        by = [(old["public"], new["by_former"]), (new["public"], new["by_itself"])]
        follows = new["number"] == old["number"] + 1 and new["from_size"] >= old["from_size"]
        if not follows or not all(is_signed(*one, *lines) for one in by):
            yield f"key {new['number']} does not follow the one before"
    if known and known not in {key["public"] for key in keys}:
        yield "the log was never signed by the key that was given"


def order(heads: list[tuple[int, str]], size: int) -> Iterable[str]:
    if any(old[0] >= new[0] or old[1] > new[1] for old, new in pairwise(heads)):
        yield "a head is out of its order"
    if size != max(heads, default=(0, ""))[0]:
        yield f"no head covers all {size} leaves"


def log(rows: Iterable[Told], kept: list[Told], known: str | None) -> Iterable[str]:
    """What is wrong with a whole log: keys, then each leaf and behind it the head that covers it."""
    stack: list[tuple[int, bytes]] = []  # whole subtrees, the largest first
    keys, roots, size, heads = list[Told](), {one["size"]: "" for one in kept}, 0, list[Told]()
    for row in rows:
        if "leaf" in row:
            if row["leaf"]["number"] != size:
                yield f"leaf {row['leaf']['number']} stands where {size} belongs"
            node, size = (1, sha(b"\0", row["leaf"]["body"].encode())), size + 1
            while stack and stack[-1][0] == node[0]:
                node = node[0] * 2, sha(b"\1", stack.pop()[1], node[1])
            stack.append(node)
        else:
            (heads if "head" in row else keys).extend(row.values())
        if "head" in row or size in roots:
            tops = [node for _, node in reversed(stack)] or [b""]
            roots[size] = b64encode(reduce(lambda root, left: sha(b"\1", left, root), tops)).decode()
    yield from chain(keys, known)
    for one in [*heads, *({**one, "at": one["message"].split("\n")[3]} for one in kept)]:
        key = [each["public"] for each in keys if each["from_size"] < one["size"]][-1:] or [""]
        is_ours = is_signed(key[0], one["signature"], "hoede-audit/1", one["size"], one["root"], one["at"])
        if roots.get(one["size"]) != one["root"] or not is_ours:
            yield f"the head over {one['size']} leaves is not of this log"
    yield from order([(one["size"], one["at"]) for one in heads], size)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name, choices in {"what": ["log", "proof"], "file": None, "--kept": None, "--key": None}.items():
        asked.add_argument(name, choices=choices)
    given = asked.parse_args()
    try:
        kept = [*map(json.loads, Path(given.kept).read_text().strip().split("\n"))] if given.kept else []
        with Path(given.file).open() as file:
            if given.what == "log":
                found = list(log(map(json.loads, file), kept, given.key))
            else:
                found = [one for each in json.load(file) or [{}] for one in proof(each, kept, given.key)]
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        found = [f"not readable, {error!r}"]
    sys.stdout.write("".join(f"wrong: {one}\n" for one in found) or "sound\n")
    sys.exit(1 if found else 0)
