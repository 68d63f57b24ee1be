"""What OpenAPI says of the routes for platforms beyond what FastAPI finds by itself. Pure."""

from typing import Any, Final

from fastapi.security import HTTPBearer

from hoede.core.events import EventKind
from hoede.web.inlined import inlined
from hoede.web.shapes import (
    AccountIn,
    AccountsIn,
    AgeAppealIn,
    AgeEvidenceIn,
    AppealIn,
    ChoiceIn,
    EventIn,
    HeartbeatsIn,
    NoticeIn,
    PermitIn,
    PermitsIn,
    Problem,
    ReceiptIn,
)

NEEDS_MEDIA: Final = frozenset({EventKind.UPLOAD, EventKind.LIVE_FRAME})
# Only described here: the guard itself looks at the key, and refuses in our own words.
API_KEY: Final = HTTPBearer(
    scheme_name="ApiKey",
    description="An API key, `hk_...`, with the scope of the route. Made by `hoede keys create`.",
    auto_error=False,
)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of a route, with the headers that each always has; `as_problems` adds their shape."""
    return {status: {"headers": _HEADERS.get(status, {}) | _NO_STORE} for status in statuses}


def as_problems(described: dict[str, Any]) -> dict[str, Any]:
    """The same description with errors under their own media type.

    FastAPI knows but one per route, and would make a validator for each error of each at every start.
    """
    described["components"]["schemas"]["Problem"] = Problem.model_json_schema()
    for route in described["paths"].values():
        for operation in route.values():
            for status, answer in operation["responses"].items():
                if int(status) >= 400:  # noqa: PLR2004 - errors, in HTTP
                    answer["content"] = {"application/problem+json": {"schema": dict(_PROBLEM)}}
    return described


def _header(says: str, **schema: Any) -> dict[str, Any]:
    return {"required": True, "description": says, "schema": {"type": "string"} | schema}


_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_NO_STORE = {"Cache-Control": _header("Never kept.", const="no-store")}
_HEADERS = {
    401: {"WWW-Authenticate": _header("How to say who asks.", const="Bearer")},
    503: {"Retry-After": _header("Seconds to wait.", type="integer", minimum=1)},
}


def _told_alone() -> dict[str, Any]:
    """An event without a part `media`: it says where the media is, or it has text and needs no media."""
    schema = inlined(EventIn)
    talk = sorted(set(EventKind) - NEEDS_MEDIA)
    upload = schema["examples"][0]
    return schema | {
        "anyOf": [
            {"required": ["media_url"], "properties": {"media_url": {"type": "string"}}},
            {
                "required": ["text"],
                "properties": {"text": {"type": "string", "minLength": 1}, "kind": {"enum": talk}},
            },
        ],
        "examples": [
            upload | {"kind": "comment", "text": "see you tomorrow"},
            upload | {"media_url": "https://cdn.plein.example/pic-81"},
        ],
    }


def _told_with_media() -> dict[str, Any]:
    schema = inlined(EventIn)
    schema["properties"]["media_url"] = {"type": "null", "description": "The media comes along."}
    return schema


_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    "description": "The same key with the same request gets the same answer for seven days.",
}
_SIZE = "The JSON is at most 256 KiB."
ACCOUNT_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": _SIZE,
        "content": {"application/json": {"schema": inlined(AccountIn)}},
    },
}
ACCOUNTS_BODY: Final[dict[str, Any]] = {
    "parameters": [_IDEMPOTENCY],
    "requestBody": {
        "required": True,
        "description": _SIZE,
        "content": {"application/json": {"schema": inlined(AccountsIn)}},
    },
}
GUARDIAN_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": _SIZE,
        "content": {"application/json": {"schema": inlined(AgeEvidenceIn)}},
    },
}
PERMIT_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": f"One attempt, or several. {_SIZE}",
        "content": {"application/json": {"schema": {"anyOf": [inlined(PermitIn), inlined(PermitsIn)]}}},
    },
}
CHOICE_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": _SIZE,
        "content": {"application/json": {"schema": inlined(ChoiceIn)}},
    },
}
HEARTBEATS_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": _SIZE,
        "content": {"application/json": {"schema": inlined(HeartbeatsIn)}},
    },
}
EVENT_BODY: Final[dict[str, Any]] = {
    "parameters": [_IDEMPOTENCY],
    "requestBody": {
        "required": True,
        "description": f"{_SIZE} In a form the part `event` comes before the part `media`.",
        "content": {
            "application/json": {"schema": _told_alone()},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["event", "media"],
                    "additionalProperties": False,
                    "properties": {
                        "event": _told_with_media(),
                        "media": {"type": "string", "format": "binary", "minLength": 1},
                    },
                },
                "encoding": {"event": {"contentType": "application/json"}},
            },
        },
    },
}
RECEIPT_BODY: Final[dict[str, Any]] = {
    "parameters": [_IDEMPOTENCY],
    "requestBody": {
        "required": True,
        "description": _SIZE,
        "content": {"application/json": {"schema": inlined(ReceiptIn)}},
    },
}
NOTICE_BODY: Final[dict[str, Any]] = {
    "parameters": [_IDEMPOTENCY],
    "requestBody": {
        "required": True,
        "description": f"{_SIZE} It names content and never carries it.",
        "content": {"application/json": {"schema": inlined(NoticeIn)}},
    },
}
APPEAL_BODY: Final[dict[str, Any]] = {
    "parameters": [_IDEMPOTENCY],
    "requestBody": {
        "required": True,
        "description": _SIZE,
        "content": {"application/json": {"schema": inlined(AppealIn)}},
    },
}
AGE_APPEAL_BODY: Final[dict[str, Any]] = {
    "parameters": [_IDEMPOTENCY],
    "requestBody": {
        "required": True,
        "description": _SIZE,
        "content": {"application/json": {"schema": inlined(AgeAppealIn)}},
    },
}
# What a notice was answered with is what its state is asked by.
NOTICE_LINK: Final[dict[str, Any]] = {
    "state": {
        "operationId": "get_notice",
        "parameters": {"path.notice": "$response.body#/id"},
        "description": "Ask how far it is, and what came of it.",
    }
}
# The hold that an event was answered with is the order that a receipt ends.
HOLD_LINK: Final[dict[str, Any]] = {
    "receipt": {
        "operationId": "post_receipt",
        "parameters": {"path.order": "$response.body#/hold"},
        "description": "Say that the hold was carried out.",
    }
}
