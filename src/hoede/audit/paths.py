"""Ways through the tree: that a leaf is under a root, and that one root grew out of another. Pure.

Both are made from subtrees, wherever those come from, and checked with nothing but the roots.
"""

from collections.abc import Callable, Sequence

from hoede.audit.rules import EMPTY_ROOT, node_hash

Subtree = Callable[[int, int], bytes]  # the root over the leaves from the first number up to the second


def half(leaves: int) -> int:
    """RFC 6962, 2.1: how many of more than one leaf are under the left child."""
    return 1 << ((leaves - 1).bit_length() - 1)


def inclusion(number: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """The way from leaf `number` up to the root over `size` leaves. RFC 6962, 2.1.1."""

    def up(start: int, end: int) -> tuple[bytes, ...]:
        if end - start == 1:
            return ()
        split = start + half(end - start)
        if number < split:
            return (*up(start, split), subtree(split, end))
        return (*up(split, end), subtree(start, split))

    return up(0, size)


def consistency(old: int, new: int, subtree: Subtree) -> tuple[bytes, ...]:
    """What shows that the tree of `old` leaves is the beginning of that of `new`. RFC 6962, 2.1.2."""

    def within(start: int, end: int, *, whole: bool) -> tuple[bytes, ...]:
        if end == old:
            return () if whole else (subtree(start, end),)
        split = start + half(end - start)
        if old <= split:
            return (*within(start, split, whole=whole), subtree(split, end))
        return (*within(split, end, whole=False), subtree(start, split))

    return within(0, new, whole=True) if 0 < old < new else ()


def root_from(leaf: bytes, number: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root this path leads to; None when it does not fit the place. RFC 9162, 2.1.3.2."""
    at, last, root = number, size - 1, leaf
    if not 0 <= number < size:
        return None
    for one in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            root = node_hash(one, root)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            root = node_hash(root, one)
        at, last = at >> 1, last >> 1
    return root if last == 0 else None


def grew(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path shows that nothing under the old root was changed. RFC 9162, 2.1.4.2."""
    if not 0 < old < new:
        return not path and (old_root == new_root if old == new else (old, old_root) == (0, EMPTY_ROOT))
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if not steps:
        return False
    was = now = steps[0]
    for one in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            was, now = node_hash(one, was), node_hash(one, now)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            now = node_hash(now, one)
        at, last = at >> 1, last >> 1
    return (was, now, last) == (old_root, new_root, 0)
