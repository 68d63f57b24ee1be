"""People made up for the story, each signed in at Plein as if in a browser of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2

TIMEOUT_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    id: str  # Plein's
    plein_url: str
    cookies: Mapping[str, str] = field(repr=False)


def join(plein_url: str, name: str, born: str, *, verify: bool = False) -> Person:
    """Sign up at Plein, and prove the age when asked to."""
    with httpx2.Client(base_url=plein_url, follow_redirects=True, timeout=TIMEOUT_S) as http:
        http.post("/join", data={"name": name, "born": born, "country": "NL"}).raise_for_status()
        person = http.get("/admin/me").json()["id"]
        if verify:
            http.post("/verify").raise_for_status()
        return Person(name=name, id=person, plein_url=plein_url, cookies=dict(http.cookies))


def post(person: Person, image: bytes, caption: str = "Look") -> str:
    """Upload a picture; returns the id Plein gave it."""
    sent = httpx2.post(
        f"{person.plein_url}/post",
        data={"caption": caption},
        files={"picture": ("a.png", image, "image/png")},
        cookies=dict(person.cookies),
        timeout=TIMEOUT_S,
    )
    return str(sent.headers["location"].rpartition("/")[2])
