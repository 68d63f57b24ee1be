"""Links and codes of invitations: how they are made and typed, and how often somebody may guess. Pure.

A link carries 128 random bits. A code has 60, is short enough to read aloud, and is worth nothing without
the name of who invited: a guess is always against the one or two codes of one inviter.
"""

import base64
from datetime import timedelta

LASTS = timedelta(hours=48)
LINK_BYTES, CODE_BYTES = 16, 8
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that looks like another
CODE_LENGTH, CODE_BITS = 12, 60
_GROUP = 4
_LOOKS_LIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
MOST_CODES = 2  # of one inviter at a time

# Wrong tries until no more are taken: against one code ever, the others within a day.
BY_CODE, BY_END, BY_ADDRESS = 5, 10, 40
BY_EVERYBODY = 4096  # then codes rest until the next day, links go on, and an operator is called
A_DAY = timedelta(days=1)


def new_link(random: bytes) -> str:
    """A link's secret, for an address and a QR picture: 26 letters and digits."""
    if len(random) != LINK_BYTES:
        raise ValueError(f"a link needs {LINK_BYTES} random bytes")
    return base64.b32encode(random).decode().rstrip("=").lower()


def new_code(random: bytes) -> str:
    """A code to read aloud: `7K3M-0QWZ-94TA`."""
    if len(random) != CODE_BYTES:
        raise ValueError(f"a code needs {CODE_BYTES} random bytes")
    number = int.from_bytes(random) >> (8 * CODE_BYTES - CODE_BITS)
    letters = "".join(LETTERS[number >> 5 * place & 31] for place in reversed(range(CODE_LENGTH)))
    return "-".join(letters[at : at + _GROUP] for at in range(0, CODE_LENGTH, _GROUP))


def plain_code(typed: str) -> str | None:
    """A code as it was made, however it was typed; None for what is none."""
    letters = "".join(one for one in typed.upper() if one.isalnum()).translate(_LOOKS_LIKE)
    return letters if len(letters) == CODE_LENGTH and not set(letters) - set(LETTERS) else None


def plain_handle(typed: str) -> str:
    """The name of who invited, however it was typed."""
    return typed.strip().removeprefix("@").casefold()


def chance_a_day(guesses: int = BY_EVERYBODY, codes_of_one: int = MOST_CODES) -> float:
    """That anybody guesses a code within a day: all the tries there are, each against one inviter."""
    return guesses * codes_of_one / float(2**CODE_BITS)
