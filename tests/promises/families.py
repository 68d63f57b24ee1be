"""A family on a stage: a teen and a guardian who walk through their pages, and the platform that asks."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import httpx2
from tests.parts import until
from tests.promises.asking import somebody, turns

from hoede.app.outside import endpoints_of
from hoede.app.rehearsal import SERVICE
from hoede.bench.linking import link
from hoede.bench.walking import Walker
from hoede.client import Client, me_link
from hoede.demo.stage import Stage


@dataclass(frozen=True, slots=True)
class House:
    """Two people who paired, each with their own pages open, and the account as the platform sees it."""

    playing: Stage
    platform: Client
    account: str
    teen: Walker
    guardian: Walker
    about: str  # the guardian's page about the teen

    @property
    def link(self) -> str:
        return self.about.rpartition("/")[2]

    def own(self, path: str = "/me/family") -> Walker:
        """One of the teen's own pages, by a link that the platform makes anew."""
        address = own_link(self.playing, self.account)
        return self.teen.open(f"{address.replace('/me/family?', f'{path}?')}&lang=en")

    def limit(self, setting: str, *, reason: str = "", **step: str) -> Walker:
        """The guardian limits a setting, on its page."""
        self.guardian.open(f"{self.about}/settings/{setting}")
        return self.guardian.press("Save this limit", reason=reason, **step)

    def step(self, setting: str) -> object:
        return self.platform.policy(self.account)["settings"][setting]["step"]


def own_link(playing: Stage, account: str) -> str:
    secrets = endpoints_of(playing.hoede.config)[SERVICE].secrets
    now = playing.hoede.db.now()
    return me_link(playing.hoede_url, secrets, service=SERVICE, account=account, now=now, page="family")


def letters(playing: Stage, mail: str) -> list[str]:
    """What the stand-in for a mail server has for an address, the newest first."""
    every = httpx2.get(f"{playing.hoede_url}/demo/mail").text.split("\n----\n\n")
    return [one for one in every if f"To: {mail}\n" in one]


def letter_to(playing: Stage) -> Callable[[str], str]:
    def newest(mail: str) -> str:
        until(lambda: bool(letters(playing, mail)))
        return letters(playing, mail)[0]

    return newest


def a_family(playing: Stage, platform: Client, *, age: int = 14) -> House:
    """Paired by the teen's invitation, both having read what is visible."""
    account = somebody(platform, turns(age, in_days=-40))
    teen, guardian = Walker(playing.hoede_url), Walker(playing.hoede_url)
    mail = f"{account}@mail.example"
    about = link(teen, guardian, own_link(playing, account), mail, letter_to(playing))
    return House(playing, platform, account, teen, guardian, re.sub(r"[?#].*", "", about))
