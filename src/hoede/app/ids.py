"""Ids and numbers by chance: what nobody shall guess or mistake."""

import secrets

from hoede.core.orders import OPAQUE_LENGTH


def new_id(kind: str) -> str:
    """A random id of 128 bits, told apart by its kind."""
    return f"{kind}_{secrets.token_hex(16)}"


def new_number() -> str:
    """A number for people to quote: 60 random bits, no letter that looks like another: `7K3M-0QWZ-94TA`."""
    letters = "".join(secrets.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(12))
    return "-".join(letters[at : at + 4] for at in (0, 4, 8))


def new_roll() -> str:
    """What an id may be that follows from something: as long, of the same letters, by chance."""
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(OPAQUE_LENGTH))
