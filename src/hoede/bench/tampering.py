"""A log made by chance, and ways to tamper with it that a verifier must find. Chance is an argument."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hoede.audit.rules import Frontier, Head, LogKey, change_message, head_message, in_force, leaf_hash
from hoede.core.leaves import Leaf, leaf_body

BEGIN = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACTS = ("case.opened", "decision", "order.done", "evidence.viewed", "preserve.ended")


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Keys, numbered leaves and heads, as a copy of the log tells them."""

    keys: tuple[LogKey, ...]
    leaves: tuple[tuple[int, str], ...]
    heads: tuple[Head, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A log with the private halves of its keys: what who runs the platform has."""

    log: Log
    private: tuple[Ed25519PrivateKey, ...]

    def signed_anew(self, bodies: list[str], first: int, signers: tuple[Ed25519PrivateKey, ...]) -> Log:
        """Other leaves under heads as before, but those over more than `first` leaves signed anew."""
        heads = [one for one in self.log.heads if one.size <= first]
        cuts = [one.size for one in self.log.heads if first < one.size <= len(bodies)]
        sizes = [*cuts, len(bodies)] if len(bodies) > max([first, *cuts]) else cuts
        keys = tuple(
            replace(key, public=one.public_key().public_bytes_raw())
            for key, one in zip(self.log.keys, signers, strict=True)
        )
        heads += _heads(bodies, sizes, keys, signers)
        return Log(keys=keys, leaves=tuple(enumerate(bodies)), heads=tuple(heads))


def made(chance: random.Random) -> Made:
    """Up to 40 leaves under some heads, signed by one key or, since somewhere, by a second one."""
    count = chance.randrange(8, 41)
    sizes = sorted({*(chance.randrange(1, count) for _ in range(4)), count})
    private = tuple(
        Ed25519PrivateKey.from_private_bytes(chance.randbytes(32)) for _ in range(chance.choice((1, 2)))
    )
    bodies = [_body(chance, number) for number in range(count)]
    keys = _keys(private, chance.randrange(1, count))
    heads = _heads(bodies, sizes, keys, private)
    return Made(log=Log(keys=keys, leaves=tuple(enumerate(bodies)), heads=tuple(heads)), private=private)


def _body(chance: random.Random, number: int) -> str:
    leaf = Leaf(chance.choice(ACTS), f"id-{number}-{chance.randrange(1 << 32)}")
    return leaf_body(leaf, BEGIN + timedelta(seconds=number), b"k" * 32)


def _keys(private: tuple[Ed25519PrivateKey, ...], at: int) -> tuple[LogKey, ...]:
    public = [one.public_key().public_bytes_raw() for one in private]
    first = LogKey(number=1, public=public[0], from_size=0, at=BEGIN)
    if len(private) == 1:
        return (first,)
    second = LogKey(number=2, public=public[1], from_size=at, at=BEGIN)
    message = change_message(first.public, second)
    return (
        first,
        replace(second, by_former=private[0].sign(message), by_itself=private[1].sign(message)),
    )


def _heads(
    bodies: list[str], sizes: list[int], keys: tuple[LogKey, ...], private: tuple[Ed25519PrivateKey, ...]
) -> list[Head]:
    edge, found = Frontier(), []
    for body in bodies:
        edge = edge.add(leaf_hash(body.encode()))
        if edge.size in sizes:
            at = BEGIN + timedelta(seconds=edge.size)
            signer = private[in_force(keys, edge.size).number - 1]
            message = head_message(edge.size, edge.root(), at)
            found.append(Head(edge.size, edge.root(), at, signer.sign(message)))
    return found


def _edited(one: Made, chance: random.Random) -> Log:
    """What a leaf says, another."""
    at = chance.randrange(len(one.log.leaves))
    body = one.log.leaves[at][1]
    place = chance.randrange(len(body))
    other = chance.choice([sign for sign in "abcxyz0189" if sign != body[place]])
    return _with(one.log, at, body[:place] + other + body[place + 1 :])


def _with(log: Log, at: int, body: str) -> Log:
    return replace(log, leaves=(*log.leaves[:at], (log.leaves[at][0], body), *log.leaves[at + 1 :]))


def _deleted(one: Made, chance: random.Random) -> Log:
    at = chance.randrange(len(one.log.leaves))
    return replace(one.log, leaves=(*one.log.leaves[:at], *one.log.leaves[at + 1 :]))


def _deleted_and_numbered(one: Made, chance: random.Random) -> Log:
    """A leaf taken away, and the rest numbered as if it never was."""
    bodies = [body for _, body in _deleted(one, chance).leaves]
    return replace(one.log, leaves=tuple(enumerate(bodies)))


def _swapped(one: Made, chance: random.Random) -> Log:
    first, second = sorted(chance.sample(range(len(one.log.leaves)), 2))
    bodies = [body for _, body in one.log.leaves]
    return _with(_with(one.log, first, bodies[second]), second, bodies[first])


def _slipped_in(one: Made, chance: random.Random) -> Log:
    at = chance.randrange(len(one.log.leaves) + 1)
    bodies = [body for _, body in one.log.leaves]
    return replace(one.log, leaves=tuple(enumerate([*bodies[:at], _body(chance, 99), *bodies[at:]])))


def _cut(one: Made, chance: random.Random) -> Log:
    """The end of the leaves gone, the heads left."""
    return replace(one.log, leaves=one.log.leaves[: chance.randrange(len(one.log.leaves))])


def _head_changed(one: Made, chance: random.Random) -> Log:
    """A head with another root, time, size or signature."""
    at = chance.randrange(len(one.log.heads))
    head = one.log.heads[at]
    changes: list[dict[str, object]] = [
        {"root": chance.randbytes(32)},
        {"at": head.at + timedelta(milliseconds=1 + chance.randrange(1000))},
        {"signature": chance.randbytes(64)},
        {"size": head.size + 1 + chance.randrange(3)},
    ]
    changed = replace(head, **chance.choice(changes))  # type: ignore[arg-type] # a table of changes
    return replace(one.log, heads=(*one.log.heads[:at], changed, *one.log.heads[at + 1 :]))


def _key_changed(one: Made, chance: random.Random) -> Log:
    """A key of the log replaced by another one, its heads left as they were."""
    at = chance.randrange(len(one.log.keys))
    other = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32)).public_key().public_bytes_raw()
    keys = [*one.log.keys]
    keys[at] = replace(keys[at], public=other)
    return replace(one.log, keys=tuple(keys))


def _signed_by_another(one: Made, chance: random.Random) -> Log:
    """Everything signed by keys of somebody else's, over leaves of somebody else's."""
    signers = tuple(Ed25519PrivateKey.from_private_bytes(chance.randbytes(32)) for _ in one.private)
    bodies = [body for _, body in _edited(one, chance).leaves]
    return one.signed_anew(bodies, 0, signers)


def _rolled_back(one: Made, chance: random.Random) -> Log:
    """The log as it was at an earlier head: every byte of it is right, and the rest is gone."""
    size = chance.choice([0, *(head.size for head in one.log.heads[:-1])])
    heads = tuple(head for head in one.log.heads if head.size <= size)
    return replace(one.log, leaves=one.log.leaves[:size], heads=heads)


def _forked(one: Made, chance: random.Random) -> Log:
    """Other leaves from somewhere on, signed with the right keys."""
    at = chance.randrange(len(one.log.leaves))
    bodies = [body for _, body in one.log.leaves[:at]]
    bodies += [_body(chance, number) for number in range(at, len(one.log.leaves) + chance.randrange(3))]
    return one.signed_anew(bodies, at, one.private)


def _made_anew(one: Made, chance: random.Random) -> Log:
    """One leaf replaced, and every head over it signed anew with the right keys."""
    at = chance.randrange(len(one.log.leaves))
    bodies = [body for _, body in _with(one.log, at, _body(chance, at)).leaves]
    return one.signed_anew(bodies, at, one.private)


# Found by anybody who has a copy and a key of the log.
PLAIN: Mapping[str, Callable[[Made, random.Random], Log]] = {
    "edited": _edited,
    "deleted": _deleted,
    "deleted and numbered": _deleted_and_numbered,
    "swapped": _swapped,
    "slipped in": _slipped_in,
    "cut": _cut,
    "head changed": _head_changed,
    "key changed": _key_changed,
    "signed by another": _signed_by_another,
}
# What who holds the key, or an older copy, can do: found only by a head that was kept outside.
INSIDE: Mapping[str, Callable[[Made, random.Random], Log]] = {
    "rolled back": _rolled_back,
    "forked": _forked,
    "made anew": _made_anew,
}
EVERY = {**PLAIN, **INSIDE}


def tampered(seed: int) -> tuple[str, Made, Log]:
    """One of the ways in turn, on a log of its own."""
    chance = random.Random(seed)  # noqa: S311 - repeatable
    kind = list(EVERY)[seed % len(EVERY)]
    one = made(chance)
    return kind, one, EVERY[kind](one, chance)
