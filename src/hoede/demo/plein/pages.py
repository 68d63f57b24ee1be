"""Pages in the reader's language, and the cookies that remember a language and a sign-in."""

from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hoede.demo.plein import words
from hoede.demo.plein.accounts import Account

TEMPLATES = Path(__file__).parent / "templates"
LOCALE_COOKIE = "plein_lang"
SESSION_COOKIE = "plein_session"


class Pages:
    def __init__(self, hoede_public_url: str) -> None:
        self._jinja = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._help = f"{hoede_public_url.rstrip('/')}/help"

    def show(
        self, request: Request, template: str, visitor: Account | None, *, status: int = 200, **values: object
    ) -> Response:
        """Return the page in the reader's language; `?lang=` chooses and remembers one."""
        locale = locale_of(request)
        page = self._jinja.get_template(template).render(
            t=partial(words.say, locale),
            day=partial(words.day, locale),
            locale=locale,
            other=next(one for one in words.LOCALES if one != locale),
            visitor=visitor,
            said=_said(request, locale),
            help_url=f"{self._help}?lang={locale}",  # in the language one reads here
            path=request.url.path,
            **values,
        )
        answer = HTMLResponse(page, status)
        if "lang" in request.query_params:
            answer.set_cookie(LOCALE_COOKIE, locale, httponly=True, samesite="lax")
        return answer


def locale_of(request: Request) -> str:
    for asked in (request.query_params.get("lang"), request.cookies.get(LOCALE_COOKIE)):
        if asked in words.LOCALES:
            return asked
    return words.preferred(request.headers.get("accept-language", ""))


def go(path: str) -> Response:
    """Return a redirect after a form was sent."""
    return RedirectResponse(path, 303)


def with_session(answer: Response, token: str) -> Response:
    answer.set_cookie(SESSION_COOKIE, token, httponly=True, samesite="lax")
    return answer


def _said(request: Request, locale: str) -> str | None:
    """The result of the last act, named in the address we sent the browser to."""
    key = f"said.{request.query_params.get('said', '')}"
    return words.catalogue(locale).get(key)
