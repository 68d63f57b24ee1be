"""What a platform calls Hoede with: tell who an account is, tell what happened, carry orders out.

    from hoede.client import Channel, Client, Event, EventKind, HoedeRefused, verify_webhook

    with Client("https://hoede.example", api_key) as hoede:
        band = hoede.put_account("a-17", country="NL", zone="Europe/Amsterdam", age_evidence=[declared])
        event = Event(id="e-1", kind=EventKind.UPLOAD, channel=Channel.PUBLIC, account="a-17",
                      content="c-1", at=now, media_type="image/png")
        answer = hoede.send_event(event, Path("picture.png"))  # streamed, never read whole
        answer = hoede.send_event(event, media_url="https://cdn.plein.example/c-1")  # or fetched by Hoede

`answer.answer` is `allow` or `hold`. On `hold` keep the content hidden from everybody.
When Hoede could not be reached `answer.certain` is False: keep the content hidden and send the *same* event
again later, until an answer is certain. A call that Hoede refuses raises `HoedeRefused`, which has a `code`.

Before an account does something, ask; where it is not granted, show the reasons:

    permit = hoede.permit("a-17", "message", counterpart="a-3", relation="friend")
    if not permit.granted:
        show([one.text["en"] for one in permit.reasons], permit.now["en"])

Fetch `hoede.policy(account)` when somebody signs in: where Hoede cannot be reached, `permit` holds to the
limits it fetched last, for a day; without them everything is refused but help, reports and the like.

While somebody uses it, pass on the heartbeats of their devices; the answer names whose time is up:

    answer = hoede.heartbeats([Heartbeat(account="a-17", device="d-1", seq=41, mark="on", held_s=2.0)])
    show_the_calm_screen([one.account for one in answer.closed])

Orders come by webhook, at least once each, until Hoede has a receipt:

    call = verify_webhook(body, headers, secrets)  # WebhookInvalid: answer 401
    carry_out_once(call.order, call.measure, call.target)  # in one transaction of your own
    hoede.send_receipt(call.order)  # after the transaction is safe on disk; or done=False with a reason

Whoever wants to report something is handed over to a page of Hoede's, by a link made when it is tapped:

    link = handover_link("https://hoede.example", secrets, service="plein", subject="a-17", reporter="a-3",
                         content="c-1", now=now)  # lasts 15 minutes, works once; opened on top, in no frame

Who objects in your own app needs no link of ours: `hoede.appeal(order, account, words)` passes it on.

Everybody can see what is on for them, who decided it, and choose, on a page of Hoede's:

    link = me_link("https://hoede.example", secrets, service="plein", account="a-17", now=now)

`AsyncClient` has the same methods, awaited. Every call may be repeated: the Idempotency-Key follows from what
is told, so that a retry, also one by you tomorrow, is the same request and is never counted twice.
Everything a platform needs is exported here. `demo/plein` is a whole platform built on this.
"""

from hoede.client.calls import (
    AgeClaim,
    AppealReceipt,
    EventAnswer,
    HoedeRefused,
    HoedeUnavailable,
    NoticeReceipt,
)
from hoede.client.clients import AsyncClient, Client
from hoede.client.links import OwnPage, family_link, handover_link, me_link
from hoede.client.permits import AttemptTold, PermitAnswer, PermitReason
from hoede.client.usage import Heartbeat, HeartbeatsAnswer, TimeClosed, UsageAnswer
from hoede.client.webhooks import Letter, OrderCall, TimeUp, WebhookInvalid, verify_webhook
from hoede.core.ages import AgeBand, AgeEvidence, Assurance
from hoede.core.errors import HoedeError
from hoede.core.events import Answer, Channel, Event, EventKind
from hoede.core.orders import OrderState, Target, TargetKind

__all__ = [
    "AgeBand",
    "AgeClaim",
    "AgeEvidence",
    "Answer",
    "AppealReceipt",
    "Assurance",
    "AsyncClient",
    "AttemptTold",
    "Channel",
    "Client",
    "Event",
    "EventAnswer",
    "EventKind",
    "Heartbeat",
    "HeartbeatsAnswer",
    "HoedeError",
    "HoedeRefused",
    "HoedeUnavailable",
    "Letter",
    "NoticeReceipt",
    "OrderCall",
    "OrderState",
    "OwnPage",
    "PermitAnswer",
    "PermitReason",
    "Target",
    "TargetKind",
    "TimeClosed",
    "TimeUp",
    "UsageAnswer",
    "WebhookInvalid",
    "family_link",
    "handover_link",
    "me_link",
    "verify_webhook",
]
