"""Somebody who walks through pages without a browser, follows links, fills forms in, and counts that."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2
from lxml import html

ASIDE = ("nav", "footer", "header[@class='top']", "ul[@class='ways']", "details")  # read by nobody in a hurry
SEE_OTHER, TIMEOUT_S = 303, 30


class WalkError(Exception):
    """The page has no such way on, or did not do what was asked; it says why."""


@dataclass(slots=True)
class Walker:
    """One person's session. Cookies are carried by hand: ours are for https, and loopback counts as such."""

    url: str  # as people reach it
    there: str = ""  # where it is asked; "": at the same address
    lang: str = "en"
    taps: int = 0
    letters: int = 0  # typed
    words: int = 0  # on the pages that were walked through
    at: str = ""
    text: str = ""  # of the page's main part
    _cookies: dict[str, str] = field(default_factory=dict)
    _page: Any = None

    def open(self, address: str) -> "Walker":
        """A page by its address, in the walker's language."""
        return self._ask("GET", urljoin(self.url, address))

    def follow(self, said: str) -> "Walker":
        """Tap the link that says this."""
        for link in self._page.xpath("//main//a[@href]"):
            if said in _plain(link):
                self.taps += 1
                return self.open(urljoin(self.at, link.get("href")))
        raise WalkError(f"no link says {said!r} at {urlsplit(self.at).path}")

    def press(self, said: str, **fields: str) -> "Walker":
        """Fill a form in and tap its button; a field that the form does not have is an error."""
        told = {name.replace("__", "."): value for name, value in fields.items()}
        for form in self._page.xpath("//main//form"):
            buttons = [one for one in form.xpath(".//button") if said in _plain(one)]
            if buttons and set(told) <= set(form.fields.keys()):
                self.taps += 1 + len(told)
                self.letters += sum(len(value) for name, value in told.items() if _is_typed(form, name))
                sent = {**dict(form.form_values()), **told}
                return self._ask("POST", urljoin(self.at, form.get("action") or self.at), sent)
        raise WalkError(f"no form has {said!r} with {sorted(told)} at {urlsplit(self.at).path}")

    def value(self, label: str) -> str:
        """What a field that is labelled so holds."""
        for one in self._page.xpath("//main//label"):
            if label in _plain(one):
                return str(self._page.get_element_by_id(one.get("for")).get("value"))
        raise WalkError(f"nothing is labelled {label!r}")

    def reads(self, *said: str) -> "Walker":
        """Whether all of this stands on the page; raises what is lacking."""
        for one in said:
            if one not in self.text:
                raise WalkError(f"{urlsplit(self.at).path} does not say {one!r}")
        return self

    def _ask(self, method: str, address: str, fields: dict[str, str] | None = None) -> "Walker":
        headers = {"accept-language": self.lang, "host": urlsplit(self.url).netloc}
        if self._cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if method == "POST":
            headers["origin"] = self.url
        asked = address.replace(self.url, self.there, 1) if self.there else address
        answer = httpx2.request(method, asked, data=fields, headers=headers, timeout=TIMEOUT_S)
        for told in answer.headers.get_list("set-cookie"):
            name, _, value = told.partition(";")[0].partition("=")
            self._cookies[name] = value
        if answer.status_code == SEE_OTHER:
            return self._ask("GET", urljoin(address, answer.headers["location"]))
        self.at, self._page = address, html.document_fromstring(answer.text)
        self.text = _plain(self._page.xpath("//main")[0])
        self.words += len(_plain(self._page.xpath("//main")[0], without=ASIDE).split())
        return self


def _is_typed(form: Any, name: str) -> bool:
    one = form.inputs[name]
    return getattr(one, "type", "text") in {"text", "email", "number", "time", None} or one.tag == "textarea"


def _plain(part: Any, without: tuple[str, ...] = ()) -> str:
    left_out = {one for path in without for found in part.xpath(f".//{path}") for one in found.iter()}
    texts = []
    for one in part.iter():
        if isinstance(one.tag, str) and one not in left_out:
            texts.append(one.text or "")
        if one is not part and one.getparent() not in left_out:
            texts.append(one.tail or "")
    return " ".join(" ".join(texts).split())
