"""What a report lacks, what it says of people, transcripts, and what a platform tells."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from hoede.reporting import (
    AuthoritySettings,
    Contact,
    Device,
    Draft,
    Involved,
    IpEvent,
    Lack,
    Mark,
    Place,
    Role,
    Suspect,
    Told,
    WithoutCopy,
    lacks,
    may_be_batched,
)
from hoede.reporting.authorities.ncmec import Ncmec
from hoede.reporting.facts import Facts, until
from hoede.reporting.transcripts import COLUMNS, Written, transcript

DraftOf = Callable[..., Draft]
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
GONE = WithoutCopy("content-1", NOW, ("it is on a list now",))


@pytest.fixture
def settings_of_authority(settings: AuthoritySettings) -> AuthoritySettings:
    return settings


@pytest.fixture
def draft(draft_of: DraftOf) -> Draft:
    return draft_of(b"one", b"two")


def without(draft: Draft) -> Draft:
    """Nothing but an incident type and a file of which nothing is known."""
    bare = replace(draft.files[0], ip_event=None, found_by=())
    return replace(draft, account_is="nobody", suspect=replace(draft.suspect, ip_events=()), files=(bare,))


def viral(draft: Draft) -> Draft:
    """One file that many share, as a person judged it."""
    file = replace(draft.files[0], marks=(Mark.VIRAL,))
    return replace(draft, judged=True, not_preserved=0, files=(file,))


@pytest.mark.parametrize(
    "change",
    [
        {"judged": False},
        {"account_is": "victim"},
        {"account_is": "nobody"},
        {"incident": "enticement"},
        {"not_preserved": 1},
        {"high_priority": "A child is in danger."},
        {"people": (Involved(account="kim", role=Role.RECIPIENT),)},
        {"victims_in": ("NL",)},
        {"marks": (Mark.SEXTORTION,)},
        {"supplements": "1"},
        {"batch": ("a-1",)},  # it is one
        {"files": ()},
        {"without_copy": (GONE,)},
    ],
)
def test_only_a_case_of_which_nothing_more_matters_goes_with_others(
    draft: Draft, change: dict[str, object]
) -> None:
    alone = replace(viral(draft), **change)  # type: ignore[arg-type] # a table
    assert (may_be_batched(viral(draft)), may_be_batched(alone)) == (True, False)


def test_every_file_of_it_is_that_which_many_share(draft: Draft) -> None:
    files = tuple(replace(one, marks=(Mark.VIRAL,)) for one in draft.files)
    two = replace(viral(draft), files=files)
    made = replace(viral(draft).files[0], marks=(Mark.VIRAL, Mark.GENERATED))
    of_others = [two, replace(viral(draft), files=draft.files[:1]), replace(viral(draft), files=(made,))]
    assert [may_be_batched(one) for one in of_others] == [False, False, False]


def test_a_whole_report_lacks_nothing(draft: Draft) -> None:
    assert lacks(draft) == ()


def test_what_is_lacking_is_named(draft: Draft) -> None:
    bare = replace(without(draft), files=())
    assert lacks(bare) == (Lack.ACCOUNT, Lack.WHERE, Lack.MATERIAL, Lack.STORY)


@pytest.mark.parametrize(
    ("change", "lack"),
    [
        ({"account_is": "victim"}, Lack.ACCOUNT),
        ({"people": (Involved(account="kim", role=Role.VICTIM),)}, Lack.ACCOUNT),
        ({"batch": ("a-1",)}, Lack.ACCOUNT),
        ({"words": "The school called."}, Lack.STORY),
        ({"without_copy": (GONE,)}, Lack.STORY),
        ({"places": (Place.CHAT,)}, Lack.STORY),
        ({"high_priority": "A child is in danger."}, Lack.STORY),
    ],
)
def test_each_thing_that_is_known_mends_something(
    draft: Draft, change: dict[str, object], lack: Lack
) -> None:
    bare = without(draft)
    assert set(lacks(bare)) - set(lacks(replace(bare, **change))) == {lack}  # type: ignore[arg-type] # a table


@pytest.mark.parametrize(
    "told", [Told(emails=(Contact(value="a@b.example"),)), Told(devices=(Device(kind="IMEI", id="0"),))]
)
def test_a_contact_or_a_device_is_a_hint_where(draft: Draft, told: Told) -> None:
    bare = without(draft)
    assert Lack.WHERE not in lacks(replace(bare, suspect=replace(bare.suspect, told=told)))


def test_a_supplementary_report_needs_no_file(draft: Draft) -> None:
    assert Lack.MATERIAL not in lacks(replace(draft, files=(), supplements="7"))


def sent(told: AuthoritySettings, draft: Draft) -> etree._Element:
    """The document, once both validators took it."""
    authority = Ncmec(told)
    assert authority.wrong_with(draft, NOW) == ()
    return etree.fromstring(authority.document(draft))


def test_everything_that_is_known_is_said_and_taken(
    settings_of_authority: AuthoritySettings, draft: Draft
) -> None:
    told = Told(
        emails=(Contact(value="a@b.example", verified=True, verified_at=NOW), Contact(value="none")),
        phones=(Contact(value="0" * 60, verified=False, verified_at=NOW),),
        names=("n" * 300,),
        urls=("https://plein.example/a", "no address"),
        devices=(Device(kind="IMEI", id="0" * 3000, at=NOW, event="Telepathy"),),
    )
    ip = IpEvent("192.0.2.7", NOW, "Login", 50123, proxy=True)
    suspect = replace(
        draft.suspect,
        told=told,
        ip_events=(ip,),
        country="XK",  # on no list of theirs
        age=41,
        prior_reports=("7", "a word"),
    )
    child = Involved(account="kim", role=Role.VICTIM, country="US", age=14, guardian="g-1")
    friend = Involved(account="robin", role=Role.RECIPIENT, screen_name="r" * 300)
    whole = replace(
        draft,
        service_name="P" * 300,
        suspect=suspect,
        people=(child, friend),
        places=(Place.CHAT, Place.PAGE),
        marks=(Mark.SEXTORTION, Mark.SOLICITATION, Mark.BETWEEN_MINORS),
        files=(replace(draft.files[0], marks=(Mark.GENERATED, Mark.SELF_MADE), public=True),),
        high_priority="A child is in danger.",
        words="More.",
    )
    root = sent(settings_of_authority, whole)
    assert root.findtext("personOrUserReported/priorCTReports") == "7"
    assert root.find("personOrUserReported/estimatedLocation") is None
    assert root.findtext("personOrUserReported/deviceId/eventName") == "Other"
    assert root.findtext("victim/estimatedLocation/countryCode") == "US"
    flags = [one.tag for one in root.iterfind("incidentSummary/reportAnnotations/*")]
    assert flags == ["sextortion", "csamSolicitation", "minorToMinorInteraction"]


def test_a_batched_report_names_accounts_and_nothing_else(
    settings_of_authority: AuthoritySettings, draft: Draft
) -> None:
    file = replace(draft.files[0], batched=True)
    batch = replace(draft, batch=("a-1", "a-2"), files=(file,), high_priority="now", follows=None)
    root = sent(settings_of_authority, batch)
    assert [one.text for one in root.iterfind("personOrUserReported/*")] == ["a-1", "a-2"]
    two = replace(batch, files=(file, replace(file, evidence="evi_9")))
    assert Ncmec(settings_of_authority).wrong_with(two, NOW) == ("A batched report has one file at most.",)


def test_a_transcript_is_in_the_order_of_time_and_changes_no_letter() -> None:
    def line(minute: int, text: str) -> Written:
        at = NOW + timedelta(minutes=minute)
        return Written(at=at, sender="a", receivers=("b", "c"), channel="private", content="m", text=text)

    body = transcript([line(2, "=1+1"), line(1, 'he said "x",\nthen \N{GRINNING FACE}')])
    rows = list(csv.reader(io.StringIO(body.decode())))
    assert rows[0] == list(COLUMNS)
    assert [(row[2], row[5]) for row in rows[1:]] == [
        ("b c", 'he said "x",\nthen \N{GRINNING FACE}'),
        ("b c", "=1+1"),
    ]


def test_no_time_that_has_not_come_is_kept_of_what_a_platform_tells() -> None:
    told = Told(
        emails=(Contact(value="a@b.example", verified=True, verified_at=LATER), Contact(value="c@d.example")),
        devices=(Device(kind="IMEI", id="0", at=LATER),),
    )
    kept = until(Facts(told=told, ip_events=(IpEvent("::1", LATER), IpEvent("::2", NOW))), NOW)
    assert [one.verified_at for one in kept.told.emails] == [NOW, None]
    assert (kept.told.devices[0].at, [one.at for one in kept.ip_events]) == (NOW, [NOW, NOW])
    assert (kept.says_something, Facts().says_something) == (True, False)


ANYTHING = st.text(max_size=40) | st.sampled_from(
    ("x" * 400, " ", "\x00\x0b", "\ud800", "=1+1", "]]>", "<b>&")
)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2026, 5, 31), timezones=st.just(UTC))  # noqa: DTZ001 - with the zone beside it
CONTACTS = st.lists(
    st.builds(Contact, value=ANYTHING, verified=st.booleans() | st.none(), verified_at=MOMENTS | st.none()),
    max_size=2,
).map(tuple)
DEVICES = st.lists(
    st.builds(Device, kind=ANYTHING, id=ANYTHING, at=MOMENTS | st.none(), event=ANYTHING | st.none()),
    max_size=2,
).map(tuple)
TOLD = st.builds(
    Told,
    emails=CONTACTS,
    phones=CONTACTS,
    names=st.lists(ANYTHING, max_size=2).map(tuple),
    urls=st.lists(ANYTHING, max_size=2).map(tuple),
    devices=DEVICES,
)
IPS = st.lists(
    st.builds(
        IpEvent,
        st.sampled_from(("192.0.2.7", "2001:db8::7", "no address")),
        MOMENTS,
        ANYTHING,
        st.integers(1, 65535) | st.none(),
        proxy=st.booleans() | st.none(),
    ),
    max_size=2,
).map(tuple)
PEOPLE = st.lists(
    st.builds(
        Involved,
        account=ANYTHING,
        role=st.sampled_from(Role),
        screen_name=ANYTHING | st.none(),
        country=st.sampled_from(("NL", "US", "XK", "", None)),
        age=st.integers(0, 150) | st.none(),
        guardian=ANYTHING | st.none(),
    ),
    max_size=3,
).map(tuple)
WORDS = ANYTHING | st.none()
SAYS = st.fixed_dictionaries(
    {
        "service_name": ANYTHING,
        "incident_at": MOMENTS,
        "account_is": st.sampled_from(("offender", "victim", "nobody")),
        "incident": st.sampled_from(("csam", "enticement", "trafficking")),
        "high_priority": WORDS,
        "words": WORDS,
        "supplements": st.none() | st.just("7"),
        "people": PEOPLE,
        "places": st.lists(st.sampled_from(Place), max_size=2, unique=True).map(tuple),
        "marks": st.lists(st.sampled_from(Mark), max_size=5, unique=True).map(tuple),
    }
)
SUSPECTS = st.builds(
    Suspect,
    account=ANYTHING,
    screen_name=WORDS,
    ip_events=IPS,
    closed_at=MOMENTS | st.none(),
    country=st.sampled_from(("NL", "US", "XK", None)),
    age=st.integers(0, 150) | st.none(),
    told=TOLD,
    prior_reports=st.lists(st.sampled_from(("7", "a word", "0")), max_size=2).map(tuple),
    guardian=WORDS,
)


@given(SAYS, SUSPECTS, st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_people_or_platforms_tell_makes_a_report_one_that_is_refused(
    settings_of_authority: AuthoritySettings,
    draft: Draft,
    says: dict[str, Any],
    suspect: Suspect,
    supplemental: bool,  # noqa: FBT001 - likewise
) -> None:
    files = tuple(replace(one, supplemental=supplemental) for one in draft.files)
    told = replace(draft, suspect=suspect, files=files, **says)
    assert Ncmec(settings_of_authority).wrong_with(told, NOW) == ()
