"""Hoede's calls without the sending: what to send, how to read a reply, when to try again. Pure."""

import hashlib
import hmac
import json
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, BinaryIO, Generic, TypeVar
from urllib.parse import quote

from hoede.core.ages import AgeBand, AgeEvidence
from hoede.core.errors import HoedeError
from hoede.core.events import Answer, Event
from hoede.core.orders import OrderState

FIRST_WAIT_S = 0.2  # doubles with every try
LONGEST_WAIT_S = 5.0
FETCH_WITHIN_S = 10.0  # Hoede's own limit of fetching media, unless its operator says otherwise
AGAIN = frozenset({408, 425, 429})
BUSY = "idempotency-key-busy"  # the one 409 that passes: the same request is still being answered

T = TypeVar("T")


class HoedeRefused(HoedeError):
    """Hoede does not accept this call; the same call will not be accepted later."""

    def __init__(self, code: str, detail: str, status: int) -> None:
        super().__init__(detail, status=status)
        self.code = code
        self.status = status  # the HTTP status


class HoedeUnavailable(HoedeError):
    """Hoede did not answer in time; make the same call again later."""

    code = "hoede-unavailable"


@dataclass(frozen=True, slots=True)
class EventAnswer:
    """What to do with the content of an event."""

    answer: Answer
    hold: str | None = None  # the id of the hold order
    certain: bool = True  # False: Hoede was not reached; keep it hidden and send the event again


@dataclass(frozen=True, slots=True)
class NoticeReceipt:
    """How far a report by somebody is; show its number and its page to whoever reported."""

    id: str
    number: str
    state: str  # received, looking or answered
    outcome: str | None  # once it is answered: removed, account, known, private, no_break or more
    received_on: date
    answer_by: date
    url: str  # of a page that shows the same


@dataclass(frozen=True, slots=True)
class AppealReceipt:
    """That an objection was taken; what comes of it is told by a letter."""

    number: str  # show it to whoever objects
    received_on: date
    answer_by: date


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    body: bytes  # JSON
    key: str | None = None  # the Idempotency-Key
    media: bytes | BinaryIO | None = None
    media_type: str = "application/octet-stream"
    more_s: float = 0.0  # beyond the usual patience


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes
    retry_after: str | None


# Yields what to do, a call to send or seconds to wait, and is sent the reply (None: no reply came).
Steps = Generator[Call | float, Reply | None, T]


@dataclass(frozen=True, slots=True)
class AgeClaim:
    """What somebody or something says of an age, as it came, and the adapter of Hoede's that reads it."""

    adapter: str  # a name of docs/reference/age-evidence.md
    claim: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    value: T


def advance(steps: Steps[T], reply: Reply | None) -> Call | float | Done[T]:
    """Return the next step, or what all steps came to."""
    try:
        return steps.send(reply)
    except StopIteration as end:
        return Done(end.value)


@dataclass(frozen=True, slots=True)
class Retries:
    tries: int  # in all
    random: Callable[[], float]  # from 0 to 1, spreads the waits


def put_account(
    account: str,
    facts: Mapping[str, Any],
    evidence: Sequence[AgeEvidence],
    claims: Sequence[AgeClaim],
    retries: Retries,
) -> Steps[AgeBand]:
    claimed = [{"adapter": one.adapter, "claim": dict(one.claim)} for one in claims]
    told = {**facts, "age_evidence": [_evidence(one) for one in evidence], "age_claims": claimed}
    call = Call("PUT", f"/v1/accounts/{quote(account, safe='')}", _json(told))
    return ask(call, lambda answer: AgeBand(answer["age_band"]), retries)


def erase_account(account: str, retries: Retries) -> Steps[str]:
    call = Call("DELETE", f"/v1/accounts/{quote(account, safe='')}", b"")
    return ask(call, lambda answer: str(answer["erasure"]), retries)


def send_event(
    event: Event,
    media: bytes | BinaryIO | None,
    media_url: str | None,
    *,
    key: str | None,
    retries: Retries,
) -> Steps[EventAnswer]:
    if media is not None and media_url is not None:
        raise ValueError("media comes along or from its address, not both")
    told = {**asdict(event), "at": event.at.isoformat()}
    if event.victim_country is None:
        del told["victim_country"]  # the same event told again after an upgrade says the same
    call = Call(
        method="POST",
        path="/v1/events",
        body=_json(told if media_url is None else {**told, "media_url": media_url}),
        key=key or _key("event", event.id),
        media=media,
        media_type=event.media_type or "application/octet-stream",
        more_s=0.0 if media_url is None else FETCH_WITHIN_S,
    )
    try:
        return (yield from ask(call, _event_answer, retries))
    except HoedeUnavailable:
        return EventAnswer(Answer.HOLD, certain=False)


def send_receipt(
    order: str,
    reason: str | None,
    retries: Retries,
    *,
    done: bool,
    facts: Mapping[str, Any] | None = None,
) -> Steps[OrderState]:
    told = {"done": done, "reason": reason}
    body = _json(told if facts is None else told | {"facts": facts})
    path = f"/v1/orders/{quote(order, safe='')}/receipt"
    call = Call("POST", path, body, _key("receipt", order, body.decode()))
    return ask(call, lambda answer: OrderState(answer["state"]), retries)


def notice(told: Mapping[str, Any], key: str | None, retries: Retries) -> Steps[NoticeReceipt]:
    body = _json({name: value for name, value in told.items() if value is not None})
    call = Call("POST", "/v1/notices", body, key or _key("notice", body.decode()))
    return ask(call, _notice_receipt, retries)


def notice_receipt(notice_id: str, retries: Retries) -> Steps[NoticeReceipt]:
    call = Call("GET", f"/v1/notices/{quote(notice_id, safe='')}", b"")
    return ask(call, _notice_receipt, retries)


def appeal(letter: str, account: str, words: str, key: str | None, retries: Retries) -> Steps[AppealReceipt]:
    body = _json({"letter": letter, "account": account, "words": words})
    call = Call("POST", "/v1/appeals", body, key or _key("appeal", body.decode()))
    return ask(call, _appeal_receipt, retries)


def age_appeal(
    account: str, words: str, proofs: Sequence[str], key: str | None, retries: Retries
) -> Steps[AppealReceipt]:
    body = _json({"account": account, "words": words, "proofs": list(proofs)})
    call = Call("POST", "/v1/age-appeals", body, key or _key("age-appeal", body.decode()))
    return ask(call, _appeal_receipt, retries)


def http_parts(call: Call, api_key: str, timeout_s: float) -> dict[str, Any]:
    """Return the headers, the body and the patience of a call as httpx2 takes them."""
    return {**_content(call, api_key), "timeout": timeout_s + call.more_s}


def _content(call: Call, api_key: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {api_key}", "Accept": "application/json"}
    if call.key:
        headers["Idempotency-Key"] = call.key
    if call.method == "GET":
        return {"headers": headers}
    if call.media is None:
        return {"headers": {**headers, "Content-Type": "application/json"}, "content": call.body}
    # The same for each try, as the same key promises the same body. And secret: an uploader who could foresee
    # the boundary could write it into a file, and Hoede would look at less than the platform shows.
    boundary = hmac.new(api_key.encode(), f"boundary {call.key}".encode(), hashlib.sha256).hexdigest()
    headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
    event = ("event", (None, call.body, "application/json"))
    return {"headers": headers, "files": [event, ("media", ("media", call.media, call.media_type))]}


def ask(call: Call, read: Callable[[dict[str, Any]], T], retries: Retries) -> Steps[T]:
    """Call until there is an answer; `HoedeUnavailable` when there is none."""
    for tried in range(1, retries.tries + 1):
        reply = yield call
        if reply is not None and not _may_fare_better(reply):
            try:
                return read(json.loads(reply.body))
            except (KeyError, TypeError, ValueError):
                pass  # something else than Hoede answered, a proxy perhaps: that is no answer
        if tried < retries.tries:
            yield _wait_s(tried, reply, retries.random())
    raise HoedeUnavailable


def _may_fare_better(reply: Reply) -> bool:
    """Say whether the same call may fare better later; `HoedeRefused` when it will not."""
    if reply.status in AGAIN or reply.status >= 500:  # noqa: PLR2004 - HTTP's classes are their own names
        return True
    if reply.status < 300:  # noqa: PLR2004 - likewise
        return False
    code, detail = _refusal(reply)
    if code == BUSY:
        return True
    raise HoedeRefused(code, detail, reply.status)


def _refusal(reply: Reply) -> tuple[str, str]:
    """Code and detail of a problem; made up where the answer is none of Hoede's."""
    try:
        told = json.loads(reply.body)
        return str(told["code"]), str(told["detail"])
    except (KeyError, TypeError, ValueError):
        return f"http-{reply.status}", "The answer is not one of Hoede's."


def _wait_s(tried: int, reply: Reply | None, chance: float) -> float:
    """Half to all of a wait that doubles with each try, so that many clients do not come back at once."""
    ours = FIRST_WAIT_S * (1 << (tried - 1)) * (0.5 + chance / 2)
    asked = reply.retry_after if reply is not None else None
    theirs = float(asked) if asked and asked.isdecimal() else 0.0
    return min(max(ours, theirs), LONGEST_WAIT_S)


def _event_answer(told: dict[str, Any]) -> EventAnswer:
    return EventAnswer(Answer(told["answer"]), told.get("hold"))


def _notice_receipt(told: dict[str, Any]) -> NoticeReceipt:
    return NoticeReceipt(
        id=told["id"],
        number=told["number"],
        state=told["state"],
        outcome=told["outcome"],
        received_on=date.fromisoformat(told["received_on"]),
        answer_by=date.fromisoformat(told["answer_by"]),
        url=told["receipt_url"],
    )


def _appeal_receipt(told: dict[str, Any]) -> AppealReceipt:
    return AppealReceipt(
        number=told["number"],
        received_on=date.fromisoformat(told["received_on"]),
        answer_by=date.fromisoformat(told["answer_by"]),
    )


def _evidence(one: AgeEvidence) -> dict[str, Any]:
    return {
        **asdict(one),
        "assurance": one.assurance.name.lower(),
        "as_of": one.as_of.isoformat(),
        "born": one.born.isoformat() if one.born else None,
        "until": one.until.isoformat() if one.until else None,
    }


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _key(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:40]
