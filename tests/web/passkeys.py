"""A passkey in software, and a browser that signs in with it: real keys, real signatures, real CBOR."""

import base64
import hashlib
import itertools
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from httpx2 import Response
from starlette.testclient import TestClient

from hoede.access import staff
from hoede.app import Hoede, new_id

URL = "https://hoede.example"  # the public_url of these tests
USER_PRESENT, USER_VERIFIED, WITH_CREDENTIAL = 0x01, 0x04, 0x40
_addresses = itertools.count(1)
FORM = re.compile(r'name="form" value="([a-z0-9]+)"')


def to_text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def to_bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(kw_only=True)
class Authenticator:
    """One device with one passkey; what it says can be bent, to see that it is refused."""

    origin: str = URL
    rp_id: str | None = None  # what the page asks for
    flags: int = USER_PRESENT | USER_VERIFIED
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0
    user: str | None = None  # whom its passkey is for, as told when it was made

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """What `navigator.credentials.create` answers."""
        self.user = options["user"]["id"]
        attested = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + self._cose()
        data = self._data(options["rp"]["id"], WITH_CREDENTIAL) + attested
        told = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = {
            "clientDataJSON": self._client("webauthn.create", options),
            "attestationObject": to_text(told),
        }
        return self._answer(said)

    def use(self, options: dict[str, Any]) -> dict[str, Any]:
        """What `navigator.credentials.get` answers."""
        self.count += 1
        client = self._client("webauthn.get", options)
        data = self._data(options["rpId"], 0)
        signed = self.key.sign(data + hashlib.sha256(to_bytes(client)).digest(), ec.ECDSA(SHA256()))
        said = {
            "clientDataJSON": client,
            "authenticatorData": to_text(data),
            "signature": to_text(signed),
            "userHandle": self.user,
        }
        return self._answer(said)

    def _answer(self, said: dict[str, Any]) -> dict[str, Any]:
        name = to_text(self.credential)
        return {"id": name, "rawId": name, "type": "public-key", "response": said}

    def _client(self, kind: str, options: dict[str, Any]) -> str:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return to_text(json.dumps(said).encode())

    def _data(self, rp_id: str, more: int) -> bytes:
        digest = hashlib.sha256((self.rp_id or rp_id).encode()).digest()
        return digest + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _cose(self) -> bytes:
        point = self.key.public_key().public_numbers()
        x, y = (one.to_bytes(32, "big") for one in (point.x, point.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})


@dataclass(frozen=True)
class Seat:
    """A browser at the console, as one person or as nobody yet."""

    http: TestClient
    device: Authenticator = field(default_factory=Authenticator)

    def get(self, path: str) -> Response:
        return self.http.get(path, follow_redirects=False)

    def form(self, path: str = "/console") -> str:
        """What a form of this page sends back."""
        found = FORM.search(self.http.get(path).text)
        assert found is not None, f"{path} has no form"
        return found[1]

    def post(self, path: str, told: Any = None, *, at: str = "/console", **more: str) -> Response:
        """Send a form as our page at `at` does; `more` are other headers."""
        fields = {"form": self.form(at), **(told or {})}
        return self.http.post(path, data=fields, headers={"origin": URL} | more, follow_redirects=False)

    def say(self, path: str, told: Any, *, at: str) -> Response:
        """Send JSON as our script does on the page at `at`."""
        headers = {"origin": URL, "x-hoede-form": self.form(at)}
        return self.http.post(path, json=told, headers=headers, follow_redirects=False)

    def join(self, link: str) -> Response:
        """Make a passkey by an invitation."""
        path = f"/console/invitation/{link}"
        options = self.say(f"{path}/begin", {}, at=path).json()
        return self.say(f"{path}/finish", {"answer": self.device.make(options)}, at=path)

    def sign_in(self, to: str = "/console") -> Response:
        options = self.say("/console/sign-in/begin", {}, at="/console/sign-in").json()
        told = {"answer": self.device.use(options), "to": to}
        return self.say("/console/sign-in/finish", told, at="/console/sign-in")


def invite(hoede: Hoede, *roles: str, name: str = "Mira", language: str = "en") -> tuple[str, str]:
    """Somebody new: their id, and the link that makes their passkey."""
    person, link = new_id("per"), secrets.token_urlsafe(32)
    hoede.db.commit(
        lambda tx: staff.add(tx, person, link, name=name, roles=roles, language=language, by="a-test")
    )
    return person, link


def seat(hoede: Hoede, address: str | None = None) -> Seat:
    """A browser nobody is signed in with; at an address of its own, for tries are counted by address."""
    client = (address or f"10.{next(_addresses):06d}", 50000)
    return Seat(TestClient(hoede.site, base_url=URL, raise_server_exceptions=False, client=client))


def signed_in(hoede: Hoede, *roles: str, name: str = "Mira", language: str = "en") -> tuple[Seat, str]:
    """A browser with somebody new of these roles, and their id."""
    person, link = invite(hoede, *roles, name=name, language=language)
    taken = seat(hoede)
    assert taken.join(link).status_code == 200
    return taken, person
