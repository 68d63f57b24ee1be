"""The one way to render a page: its words, its language, its headers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from hoede.words import LOCALES, Catalogue, best_locale, catalogue

STATIC: Final = Path(__file__).with_name("static")  # served at /static; Plein gets the folder too
LANGUAGE_COOKIE: Final = "hoede_lang"  # our only cookie: it holds a language, nothing about the person
YEAR_S: Final = 365 * 24 * 3600
LONGEST_HEADER: Final = 500  # characters of Accept-Language that we read

_LANGUAGES: Final = {"en": "English", "nl": "Nederlands"}  # each in its own words
_CONTENT: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["short"] = lambda name: name.rpartition("_")[2][:8]  # of an id, for people


def render(
    request: Request, template: str, words: Catalogue, *, status: int = 200, **values: object
) -> HTMLResponse:
    """A page from `template`, which also gets `say`, `tell` (say with markup) and the language links."""
    html = _TEMPLATES.get_template(template).render(
        words=words,
        say=words.say,
        tell=Teller(words),
        switches=language_links(request, words.locale),
        **values,
    )
    response = HTMLResponse(html, status, headers=page_headers(words.locale))
    _remember_language(request, response)
    return response


def missing_page(request: Request) -> HTMLResponse:
    """The 404 page for people, with the way to help."""
    return render(request, "missing.html", words_for(request), status=404)


def page_headers(locale: str) -> Mapping[str, str]:
    """What every page is sent with. No page is stored: an appeal or a look at help is nobody else's."""
    return {
        "Content-Security-Policy": _CONTENT,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
        "Content-Language": locale,
    }


class Teller:
    """Says a text as markup: facts are escaped unless they are markup themselves, such as a link."""

    def __init__(self, words: Catalogue) -> None:
        self._words = words

    def __call__(self, key: str, **facts: object) -> Markup:
        safe = {name: escape(fact) for name, fact in facts.items()}
        return escape(self._words.texts[key]).format_map(safe)


def words_for(request: Request) -> Catalogue:
    """The reader's words: `?lang=`, else the language chosen before, else what the browser asks for."""
    for locale in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if locale in LOCALES:
            return catalogue(locale)
    return catalogue(best_locale(asked_languages(request)))


def asked_languages(request: Request) -> list[str]:
    """The tags of Accept-Language, the most wanted first; a broken weight counts as unwanted."""
    header = request.headers.get("accept-language", "")[:LONGEST_HEADER]
    weighted = [_weighted(part) for part in header.split(",")]
    wanted = [pair for pair in weighted if pair[0] > 0]
    return [tag for _, tag in sorted(wanted, key=lambda pair: -pair[0])]


def _weighted(part: str) -> tuple[float, str]:
    tag, _, weight = part.partition(";")
    name, _, number = weight.strip().partition("=")
    if not name:
        return 1.0, tag.strip()
    try:
        return float(number), tag.strip()
    except ValueError:
        return 0.0, tag.strip()


def language_links(request: Request, locale: str) -> list[tuple[str, str, str]]:
    """For each other language its code, its name, and a link to this same page in it.

    The link is a query only, so that it stays on this page whatever the path is.
    """
    return [
        (code, name, "?" + request.url.include_query_params(lang=code).query)
        for code, name in _LANGUAGES.items()
        if code != locale
    ]


def _remember_language(request: Request, response: HTMLResponse) -> None:
    chosen = request.query_params.get("lang")
    if chosen not in LOCALES:
        return
    is_https = request.url.scheme == "https"
    response.set_cookie(
        LANGUAGE_COOKIE, chosen, max_age=YEAR_S, httponly=True, samesite="lax", secure=is_https
    )
