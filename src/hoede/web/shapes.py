"""What machines send and get, checked strictly: unknown keys and kinds are refused."""

from datetime import date
from ipaddress import ip_address
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StrictBool,
    StrictInt,
    StringConstraints,
    field_validator,
    model_validator,
)

from hoede.accounts import Account
from hoede.accounts.port import Day, Id, Moment, Years, whole
from hoede.accounts.registry import all_age_adapters
from hoede.core.ages import REVIEWED, AgeEvidence, Assurance
from hoede.core.events import Channel, Event, EventKind
from hoede.policy import shipped_vocabulary
from hoede.reporting import Contact, Device, IpEvent, Told
from hoede.reporting.facts import Facts
from hoede.review.appeals import LONGEST_OBJECTION
from hoede.review.notices import LONGEST_WORDS, Notice, NoticeAnswer, Reason, Source, State, storable
from hoede.usage import shipped_kinds
from hoede.web.inlined import inlined

MOST_RECEIVERS = 1000
LOCALE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
COUNTRY = r"^[A-Z]{2}$"
LONGEST_TEXT = 100_000
MOST_EVIDENCE = 20


def _address(told: str) -> str:
    try:
        address = ip_address(told)
    except ValueError:
        raise ValueError("no IP address") from None  # the library's own words quote what was told
    if getattr(address, "scope_id", None):
        raise ValueError("an address without a zone")
    return str(address)


IpEventName = Literal["Login", "Registration", "Purchase", "Upload", "Other", "Unknown"]


# What else than words says of these fields; the checks are below.
_ADDRESS: list[JsonValue] = [
    {"type": "string", "format": "ipv4"},
    {"type": "string", "format": "ipv6"},
    {"type": "null"},
]
_ZONE: list[JsonValue] = [{"type": "string", "format": "iana-time-zone"}, {"type": "null"}]
_NOTHING: dict[str, JsonValue] = {"type": "null"}
_BORN_OR_BOUNDS: list[JsonValue] = [
    {
        "required": ["born"],
        "properties": {"born": {"type": "string"}, "lower": _NOTHING, "upper": _NOTHING},
    },
    {"required": ["lower"], "properties": {"lower": {"type": "integer"}, "born": _NOTHING}},
    {"required": ["upper"], "properties": {"upper": {"type": "integer"}, "born": _NOTHING}},
]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EventIn(_Shape):
    """Something that happened on the platform."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "upload-81",
                    "kind": "upload",
                    "channel": "public",
                    "account": "acc-7",
                    "content": "pic-81",
                    "at": "2026-11-23T10:00:00Z",
                }
            ]
        }
    )
    id: Id = Field(description="The platform's own id of the event; the same id is the same event.")
    kind: EventKind
    channel: Channel
    account: Id = Field(description="Who did it.")
    content: Id = Field(description="The platform's id of what is hosted.")
    at: Moment = Field(description="When, with a zone.")
    to: tuple[Id, ...] = Field(default=(), max_length=MOST_RECEIVERS, description="Receiving accounts.")
    text: str | None = Field(default=None, max_length=LONGEST_TEXT)
    ip: str | None = Field(
        default=None,
        description="The address it came from; kept only with a hold.",
        json_schema_extra=lambda schema: schema.update(anyOf=_ADDRESS),
    )
    media_type: str | None = Field(default=None, max_length=100)
    because: Id | None = Field(default=None, description="The case we asked this content for.")
    victim_country: str | None = Field(
        default=None,
        pattern=COUNTRY,
        description=(
            "ISO 3166-1 alpha-2: where a child that is harmed lives, if you know it. It decides with the"
            " operator's and the account's country to which authorities a case goes; kept only with a hold."
        ),
    )
    media_url: str | None = Field(
        default=None,
        description=(
            "Where its media is, when it does not come along: on a host of `media_hosts`, with a"
            " `Content-Length` or in chunks, and not compressed. Not together with the part `media`."
        ),
    )

    @field_validator("ip")
    @classmethod
    def _is_address(cls, told: str | None) -> str | None:
        return None if told is None else _address(told)

    @field_validator("media_type")
    @classmethod
    def _sayable(cls, told: str | None) -> str | None:
        """Uploaders choose it; what no database or report can hold must not keep a file from being held."""
        return told if told is None else "".join(letter for letter in told if letter.isprintable())

    def event(self) -> Event:
        fields = {name: getattr(self, name) for name in type(self).model_fields if name != "media_url"}
        return Event(**fields)


class EventOut(_Shape):
    """What to do with the content: let it be seen, or hold it until an order releases or removes it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answer": "allow"}, {"answer": "hold", "hold": "ord_k3v..."}]}
    )
    answer: Literal["allow", "hold"]
    hold: str | None = Field(default=None, description="The id of the hold order; nothing else is told.")


class AgeEvidenceIn(_Shape):
    """One statement about an age: a birth date, or bounds in whole years on the day `as_of`."""

    model_config = ConfigDict(json_schema_extra={"anyOf": _BORN_OR_BOUNDS})
    method: Id = Field(json_schema_extra={"not": {"const": REVIEWED}})
    assurance: Literal["declared", "inferred", "vouched", "estimated", "verified"]
    issuer: Id
    as_of: Day
    born: Day | None = None
    lower: Years | None = None
    upper: Years | None = None
    until: Moment | None = None

    @field_validator("method")
    @classmethod
    def _is_theirs(cls, told: str) -> str:
        if told == REVIEWED:
            raise ValueError("only Hoede itself says what a person here found")
        return told

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        self.evidence()
        if self.born and self.born > self.as_of:
            raise ValueError("born after the day it was stated")
        return self

    def evidence(self) -> AgeEvidence:
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return AgeEvidence(**fields | {"assurance": Assurance[self.assurance.upper()]})


def _claims(schema: dict[str, JsonValue]) -> None:
    """Each adapter describes what it reads."""
    schema["oneOf"] = [
        {"properties": {"adapter": {"const": name}, "claim": inlined(one)}}
        for name, one in all_age_adapters().items()
    ]


class AgeClaimIn(_Shape):
    """A raw claim of an age, and the adapter that reads it."""

    model_config = ConfigDict(json_schema_extra=_claims)
    adapter: str
    claim: dict[str, JsonValue]


class AccountIn(_Shape):
    """Who an account is, in place of what was told before."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "country": "NL",
                    "zone": "Europe/Amsterdam",
                    "locale": "nl",
                    "screen_name": "noor",
                    "age_evidence": [
                        {
                            "method": "self-declared",
                            "assurance": "declared",
                            "issuer": "plein",
                            "as_of": "2026-11-23",
                            "born": "2011-05-04",
                        }
                    ],
                }
            ]
        }
    )
    country: str | None = Field(default=None, pattern=COUNTRY, description="ISO 3166-1 alpha-2.")
    region: str | None = Field(
        default=None,
        pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$",
        description="ISO 3166-2, where a law of a part of the country counts.",
    )
    zone: str | None = Field(
        default=None,
        description="IANA time zone.",
        json_schema_extra=lambda schema: schema.update(anyOf=_ZONE),
    )
    locale: str | None = Field(default=None, pattern=LOCALE, max_length=35)
    screen_name: Id | None = None
    age_evidence: tuple[AgeEvidenceIn, ...] = Field(default=(), max_length=MOST_EVIDENCE)
    age_claims: tuple[AgeClaimIn, ...] = Field(
        default=(),
        max_length=MOST_EVIDENCE,
        description="Raw claims, each read by an adapter: docs/reference/age-evidence.md.",
    )

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, told: str | None) -> str | None:
        if told is not None and told not in available_timezones():
            raise ValueError("no IANA time zone")
        return told

    def account(self, service: str, account_id: str) -> Account:
        return Account(
            service=service,
            id=account_id,
            country=self.country,
            region=self.region,
            zone=self.zone,
            locale=self.locale,
            screen_name=self.screen_name,
            age_evidence=tuple(one.evidence() for one in self.age_evidence),
        )


class AccountOut(_Shape):
    id: str
    age_band: Literal["under-13", "13-15", "16-17", "18+"]


class ErasureOut(_Shape):
    id: str = Field(description="The account.")
    erasure: str = Field(description="Under this id `hoede accounts erasures` tells how far it is.")


class AccountOfMany(AccountIn):
    id: Id


class AccountsIn(_Shape):
    """Who several accounts are; all are kept, or none."""

    accounts: tuple[AccountOfMany, ...] = Field(max_length=1000)


class AccountsOut(_Shape):
    accounts: tuple[AccountOut, ...]


class PermitIn(_Shape):
    """What an account wants to do now. Described here, read in `asking`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"account": "acc-7", "attempt": "message", "counterpart": "acc-8", "relation": "friend"},
                {"account": "acc-7", "attempt": "go_live"},
            ]
        }
    )
    account: Id
    attempt: str = Field(
        description="A word (`message`), or a setting by name (`dm.send`); docs/reference/settings.md.",
        json_schema_extra={"enum": list(shipped_vocabulary().attempts)},
    )
    counterpart: Id | None = Field(default=None, description="The account it is about, or is sent to.")
    relation: Literal["none", "follower", "mutual", "friend", "trusted"] | None = Field(
        default=None, description="How the two know each other; none where nobody says."
    )
    wanted: JsonValue = Field(default=None, description="The step that is wanted, of a setting.")
    at: Moment | None = Field(default=None, description="When it was attempted, if not now; with a zone.")
    with_guardian: StrictBool = Field(default=False, description="An adult sits beside.")
    this_month: Annotated[StrictInt, Field(ge=0), BeforeValidator(whole)] | None = Field(
        default=None, description="How often already, for a step like `cap:20`."
    )


class PermitsIn(_Shape):
    """Several attempts, answered in their order."""

    attempts: tuple[PermitIn, ...] = Field(min_length=1, max_length=1000)


class ReasonOut(_Shape):
    code: str = Field(description="Stable; docs/reference/settings.md.")
    layer: int = Field(
        ge=0, le=5, description="Who said it: 0 the law, 1 safety, 2 limit, 3 start, 4 guardian, 5 you."
    )
    setting: str | None
    step: JsonValue
    asks: Literal["self", "guardian"] | None = Field(description="Who could say yes to it.")
    values: dict[str, JsonValue]
    guideline: str = Field(description="The section of /guidelines it points at.")
    text: dict[str, str] = Field(description="By language, in the words of who attempts.")


class PermitOut(_Shape):
    """The answer. Every refusal and every `ask` has a reason."""

    permit: Literal["granted", "ask", "refused"]
    whom: Literal["self", "guardian"] | None = Field(description="Who is asked.")
    reasons: tuple[ReasonOut, ...]
    packs: tuple[str, ...] = Field(description="The versions it was decided by.")
    opens_at: Moment | None = Field(description="When time alone opens it again.")
    now: dict[str, tuple[str, ...]] | None = Field(
        default=None, description="By language: what one can do now."
    )


class PermitsOut(_Shape):
    permits: tuple[PermitOut, ...]


class BoundOut(_Shape):
    layer: int
    who: Literal["law", "house", "safety", "guardian", "you"]
    step: JsonValue
    pack: str | None
    source: str | None
    until: Moment | None


class SettingOut(_Shape):
    step: JsonValue = Field(description="What is in force.")
    limit: JsonValue = Field(description="As open as it can be.")
    start: JsonValue = Field(description="Until somebody chooses.")
    who: Literal["law", "house", "safety", "guardian", "you"] = Field(description="Who decided.")
    loosen: Literal["self", "guardian", "prompt"] | None = Field(description="Who may open it; null: nobody.")
    up_to: JsonValue
    reasons: tuple[BoundOut, ...]


class PolicyOut(_Shape):
    """Everything that is in force for an account."""

    account: str
    age_band: Literal["under-13", "13-15", "16-17", "18+"]
    age_known: bool
    path: Literal["account", "child_mode", "refused"] = Field(
        description="`refused`: too young for an account here; show why, and what helps. `/me` does."
    )
    packs: tuple[str, ...]
    limits: dict[str, Literal["granted", "refused"]] = Field(
        description=(
            "By attempt, what holds at any hour and is up to nobody else. Keep it for a day: for when Hoede"
            " cannot be reached."
        )
    )
    paired: bool = Field(description="With a guardian: show the sign of a pairing as long as it is true.")
    settings: dict[str, SettingOut]


class ChoiceIn(_Shape):
    """What an account's owner chose for a setting; null lets go of the choice."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"step": None}, {"step": "off"}]})
    step: JsonValue


class ChoiceOut(_Shape):
    account: str
    setting: str
    step: JsonValue = Field(description="What is in force now.")
    who: Literal["law", "house", "safety", "guardian", "you"]


class HeartbeatIn(_Shape):
    """A device is in use. Described here, read in `usage`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"account": "acc-7", "device": "d-1", "seq": 41, "mark": "on", "kind": "watch", "held_s": 2}
            ]
        }
    )
    account: Id
    device: Id = Field(description="Drawn by chance at each installation; it names nobody's phone.")
    seq: Annotated[StrictInt, Field(ge=0, le=2**53 - 1), BeforeValidator(whole)] = Field(
        description="One more with each heartbeat of the device."
    )
    mark: Literal["begin", "on", "end"] = Field(
        description="`on`: half a minute of use since the one before; `end`: less, and now it is put away."
    )
    kind: str = Field(
        description="What the time went to; docs/reference/usage.md.",
        json_schema_extra={"enum": list(shipped_kinds())},
    )
    held_s: Annotated[float, Field(ge=0, le=86_400)] = Field(
        default=0, description="Seconds since it came to the platform; after 15 minutes it no longer counts."
    )


class HeartbeatsIn(_Shape):
    """What devices said of late, in any order."""

    beats: tuple[HeartbeatIn, ...] = Field(min_length=1, max_length=1000)


class ClosedOut(_Shape):
    account: str
    code: str = Field(description="Why, as in a permit: daily_time, break, away.")
    asks: Literal["self", "guardian"] | None = Field(description="Who could say yes to it.")
    opens_at: Moment | None = Field(description="When time alone opens it again.")


class HeartbeatsOut(_Shape):
    """What became of the heartbeats, and whose time it is to stop or to wind down."""

    heard: dict[str, int] = Field(description="How many counted, and how many came twice or late.")
    closed: tuple[ClosedOut, ...] = Field(description="Show each of these the calm screen.")
    winding_down: tuple[str, ...] = Field(description="Accounts whose evening screen it is time for.")


class UsageOut(_Shape):
    """How an account's time stands; nothing of what it was used for."""

    account: str
    minutes_today: int
    minutes_allowed: int | None = Field(description="Extra time is in it; null: no end.")
    minutes_left: int | None
    extra_minutes: int
    permit: Literal["granted", "ask", "refused"] = Field(description="To use it, as far as time decides.")
    codes: tuple[str, ...] = Field(description="Why not, as in a permit: daily_time, break, away.")
    asks: Literal["self", "guardian"] | None
    opens_at: Moment | None
    wind_down_at: str | None = Field(description="By the account's clock.")
    winds_down: bool


class ContactIn(_Shape):
    """An e-mail address or a telephone number, and whether the platform verified it."""

    value: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    verified: StrictBool | None = None
    verified_at: Moment | None = None

    def contact(self) -> Contact:
        return Contact(value=storable(self.value), verified=self.verified, verified_at=self.verified_at)


class IpEventIn(_Shape):
    """An address the account was seen at, with its time."""

    ip: str = Field(json_schema_extra=lambda schema: schema.update(anyOf=_ADDRESS[:2]))
    at: Moment
    event: IpEventName = "Other"
    port: Annotated[StrictInt, Field(ge=1, le=65535), BeforeValidator(whole)] | None = None
    proxy: StrictBool | None = Field(default=None, description="Whether it may be somebody else's.")

    @field_validator("ip")
    @classmethod
    def _is_address(cls, told: str) -> str:
        return _address(told)

    def event_of(self) -> IpEvent:
        return IpEvent(self.ip, self.at, self.event, self.port, self.proxy)


class DeviceIn(_Shape):
    """What tells a device from others."""

    kind: Id = Field(description="IMEI, ICCID, SSID or the like.")
    id: Annotated[str, StringConstraints(min_length=1, max_length=2083)]
    at: Moment | None = None
    event: IpEventName | None = None

    def device(self) -> Device:
        return Device(kind=self.kind, id=storable(self.id), at=self.at, event=self.event)


class FactsIn(_Shape):
    """What else the platform knows of the account, for a report."""

    emails: tuple[ContactIn, ...] = Field(default=(), max_length=20)
    phones: tuple[ContactIn, ...] = Field(default=(), max_length=20)
    names: tuple[Id, ...] = Field(default=(), max_length=20, description="As shown beside the screen name.")
    urls: tuple[Annotated[str, StringConstraints(max_length=2083)], ...] = Field(
        default=(), max_length=20, description="Of its profile."
    )
    ip_events: tuple[IpEventIn, ...] = Field(default=(), max_length=500)
    devices: tuple[DeviceIn, ...] = Field(default=(), max_length=100)

    def facts(self) -> Facts:
        told = Told(
            emails=tuple(one.contact() for one in self.emails),
            phones=tuple(one.contact() for one in self.phones),
            names=self.names,
            urls=tuple(storable(one) for one in self.urls),
            devices=tuple(one.device() for one in self.devices),
        )
        return Facts(told=told, ip_events=tuple(one.event_of() for one in self.ip_events))


class ReceiptIn(_Shape):
    """Whether an order was carried out."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"done": True}, {"done": False, "reason": "gone"}]}
    )
    done: StrictBool
    reason: str | None = Field(default=None, max_length=200)
    facts: FactsIn | None = Field(
        default=None, description="The answer to `order.tell_more`, and to no other."
    )


class ReceiptOut(_Shape):
    order: str
    state: Literal["open", "waiting", "done", "superseded"]


class NoticeIn(_Shape):
    """What somebody reported. It names things and never carries them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "reporter": "acc-3",
                    "subject": "acc-7",
                    "content": "pic-81",
                    "reason": "pressure",
                    "words": "He asked where I live.",
                    "at": "2026-11-23T10:05:00Z",
                    "locale": "en",
                    "reporter_since": "2025-02-01",
                },
                {"subject": "acc-7", "reason": "other", "at": "2026-11-23T10:05:00Z"},
            ]
        }
    )
    subject: Id = Field(description="The account it is about.")
    reason: Reason = Field(description="What is wrong; docs/reference/lanes.md has them all.")
    at: Moment = Field(description="When it was reported, with a zone.")
    reporter: Id | None = Field(
        default=None, description="The account that reports, or a flagger's own name; none: nobody known."
    )
    content: Id | None = Field(
        default=None, description="What it is about. Hoede asks the platform for it; never send it here."
    )
    words: str | None = Field(default=None, max_length=LONGEST_WORDS, description="In their own words.")
    locale: str | None = Field(default=None, pattern=LOCALE, max_length=35)
    reporter_since: Day | None = Field(
        default=None, description="Since when the reporter's account is there; new ones weigh less."
    )
    linked: Id | None = Field(
        default=None, description="The same for accounts that you know to be one hand; they weigh as one."
    )
    victim_country: str | None = Field(
        default=None,
        pattern=COUNTRY,
        description="ISO 3166-1 alpha-2: where a child that is harmed lives, if it is known.",
    )

    @field_validator("words")
    @classmethod
    def _storable(cls, told: str | None) -> str | None:
        """People type what they like; what no database can hold is left out, never refused."""
        return None if told is None else storable(told).strip() or None

    def notice(self, service: str, source: Source) -> Notice:
        return Notice(
            service=service,
            source=source,
            subject=self.subject,
            reason=self.reason,
            at=self.at,
            reporter=self.reporter,
            content=self.content,
            words=self.words,
            locale=self.locale,
            since=self.reporter_since,
            linked=self.linked,
            victim_country=self.victim_country,
        )


class NoticeOut(_Shape):
    """How far a notice is, and what came of it."""

    id: str
    number: str = Field(description="For people to quote.")
    state: State
    outcome: NoticeAnswer | None = Field(description="What came of it, once it is answered.")
    received_on: date
    answer_by: date = Field(description="When it is answered at the latest.")
    receipt_url: str = Field(description="A page that shows the same to whoever reported.")


def _kept(told: str) -> str:
    """As with notices; where nothing is left, nobody objected."""
    if not (kept := storable(told).strip()):
        raise ValueError("no words")
    return kept


class AppealIn(_Shape):
    """What somebody wrote against what a letter told them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"letter": "ord_5f0c", "account": "acc-7", "words": "That was a drawing of mine."}]
        }
    )
    letter: Id = Field(description="The id of the `notify` order that carried the letter.")
    account: Id = Field(description="The account the letter went to.")
    words: str = Field(min_length=1, max_length=LONGEST_OBJECTION, description="In their own words.")

    @field_validator("words")
    @classmethod
    def _storable(cls, told: str) -> str:
        return _kept(told)


class AgeAppealIn(_Shape):
    """What somebody wrote who says that they are an adult, and is taken for younger."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"account": "acc-7", "words": "I am 34; my son set this phone up.", "proofs": []},
            ]
        }
    )
    account: Id
    words: str = Field(min_length=1, max_length=LONGEST_OBJECTION, description="In their own words.")
    proofs: tuple[Id, ...] = Field(
        default=(),
        max_length=MOST_EVIDENCE,
        description="By which of the service's `age_proofs` they could prove it. No document is ever sent.",
    )

    @field_validator("words")
    @classmethod
    def _storable(cls, told: str) -> str:
        return _kept(told)


class AppealOut(_Shape):
    """That it was taken. What comes of it is told by a letter."""

    number: str = Field(description="For people to quote.")
    received_on: date
    answer_by: date = Field(description="When it is answered at the latest.")


class GuardianOut(_Shape):
    """That it was kept. What it comes to depends on what the packs in force ask."""

    guardian: Id


class Problem(BaseModel):
    """An error, RFC 9457; `code` is stable."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    fields: list[dict[str, str]] | None = None
