"""What a browser's passkey says, checked: made for us, by a person who was asked, over our challenge.

What is to be checked: docs/sources.md#passkeys.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from hoede.access.passkeys import Passkey
from hoede.access.people import Person
from hoede.core.errors import HoedeError

ES256, RS256, EDDSA = -7, -257, -8  # COSE's numbers, the preferred one first
TIMEOUT_MS = 300_000
_NAME = re.compile(r"[A-Za-z0-9_-]{1,1400}")


class PasskeyRefused(HoedeError):
    """This passkey was not accepted. Try again, or ask for a new link."""

    code = "passkey-refused"


class AddressUnfit(HoedeError):
    """Passkeys work on https addresses, and on http://localhost. Set public_url to how people reach us."""

    code = "public-url-unfit"


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Whom passkeys are made for: the host of our public address, and nothing else."""

    id: str
    origin: str

    @staticmethod
    def at(public_url: str) -> "RelyingParty":
        address = urlsplit(public_url)
        return RelyingParty(address.hostname or "", f"{address.scheme}://{address.netloc}")

    def refuse_unfit(self) -> None:
        """Raise `AddressUnfit` where no browser would make a passkey."""
        if not self.origin.startswith("https://") and self.id != "localhost":
            raise AddressUnfit


@dataclass(frozen=True, slots=True)
class NewKey:
    credential: str
    public_key: bytes
    sign_count: int


def options_to_make(
    party: RelyingParty, person: Person, challenge: str, known: tuple[Passkey, ...]
) -> dict[str, Any]:
    """What `navigator.credentials.create` is asked, as JSON: a passkey that names its person by itself."""
    return {
        "rp": {"id": party.id, "name": "Hoede"},
        "user": {"id": to_base64url(person.id.encode()), "name": person.name, "displayName": person.name},
        "challenge": challenge,
        "pubKeyCredParams": [{"type": "public-key", "alg": number} for number in (ES256, EDDSA, RS256)],
        "timeout": TIMEOUT_MS,
        "excludeCredentials": [{"type": "public-key", "id": one.credential} for one in known],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def options_to_use(party: RelyingParty, challenge: str, known: tuple[Passkey, ...]) -> dict[str, Any]:
    """What `navigator.credentials.get` is asked, as JSON; any of ours when none are named."""
    return {
        "rpId": party.id,
        "challenge": challenge,
        "timeout": TIMEOUT_MS,
        "allowCredentials": [{"type": "public-key", "id": one.credential} for one in known],
        "userVerification": "required",
    }


def credential_in(answer: object) -> str:
    """The credential's name in base64url; raises `PasskeyRefused` when there is none."""
    return _named(_part(answer, "id"))


def challenge_in(answer: object) -> str:
    """The challenge that was answered, as the browser wrote it down; it is checked with everything else."""
    try:
        said = json.loads(from_base64url(str(_part(_part(answer, "response"), "clientDataJSON"))))
    except (ValueError, RecursionError) as error:
        raise PasskeyRefused from error
    return _named(_part(said, "challenge"))


def check_new(party: RelyingParty, answer: object, challenge: str) -> NewKey:
    """The new passkey; raises `PasskeyRefused`."""
    import webauthn  # noqa: PLC0415 - takes long, and most processes never check a passkey
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415 - likewise

    try:
        made = webauthn.verify_registration_response(
            credential=_plain(answer),
            expected_challenge=from_base64url(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, *_BROKEN) as error:
        raise PasskeyRefused from error
    return NewKey(to_base64url(made.credential_id), made.credential_public_key, made.sign_count)


def check_use(party: RelyingParty, answer: object, challenge: str, passkey: Passkey) -> int:
    """How often the passkey was used by its own count; raises `PasskeyRefused`."""
    import webauthn  # noqa: PLC0415 - likewise
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415 - likewise

    handle = _plain(_part(answer, "response")).get("userHandle")
    if handle is not None and handle != to_base64url(passkey.person_id.encode()):
        raise PasskeyRefused
    try:
        used = webauthn.verify_authentication_response(
            credential=_plain(answer),
            expected_challenge=from_base64url(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, *_BROKEN) as error:
        raise PasskeyRefused from error
    return used.new_sign_count


# What the parsers below the library raise over bytes that are no passkey.
_BROKEN = (ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError, RecursionError)


def to_base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    """Raises ValueError for what is none."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _named(text: object) -> str:
    """A name in base64url as our rows hold it: no database is asked for anything else."""
    if not isinstance(text, str) or not _NAME.fullmatch(text):
        raise PasskeyRefused
    return text


def _plain(answer: object) -> dict[str, Any]:
    if not isinstance(answer, Mapping):
        raise PasskeyRefused
    return dict(answer)


def _part(answer: object, name: str) -> object:
    part = _plain(answer).get(name)
    if part is None:
        raise PasskeyRefused
    return part
