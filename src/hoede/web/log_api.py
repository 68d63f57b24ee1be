"""The newest signed head of the audit log, for everyone to keep: it tells when the log is made anew."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from hoede.audit import browse
from hoede.audit.proofs import key_values
from hoede.audit.store import log_keys
from hoede.core.errors import HoedeError
from hoede.db import Database
from hoede.web.described import problems


class HeadUnknown(HoedeError):
    """No head of this log is over so many leaves, or none is signed yet. Give the size of a head you kept."""

    code = "head-unknown"


class HeadOut(BaseModel):
    """A signed root over the first leaves of the log; bytes are base64."""

    size: int = Field(description="How many leaves are under it.")
    root: str = Field(description="The Merkle tree hash over them, RFC 6962.")
    message: str = Field(description="The bytes that were signed; they hold size, root and time.")
    signature: str = Field(description="Ed25519 over the message.")
    key: str = Field(description="The public key it is of.")
    keys: list[dict[str, Any]] = Field(
        description="Every key the log ever had; each change is signed by the key before and the new one."
    )
    growth: dict[str, Any] | None = Field(
        default=None, description="That nothing under the head over `since` leaves was changed, RFC 9162."
    )


def routes(db: Database) -> APIRouter:
    """`GET /v1/audit/head`; it needs no key, for a head tells nothing of anybody."""
    router = APIRouter(prefix="/v1", responses=problems(404, 422, 503))

    @router.get("/audit/head")
    def get_audit_head(
        since: Annotated[
            int | None, Query(ge=1, lt=browse.MOST, description="The size of a head you kept.")
        ] = None,
    ) -> HeadOut:
        """The newest signed head. Keep it: a log that was changed or made anew later cannot lead to it."""
        head, keys, growth = db.read(
            lambda conn: (
                browse.newest_head(conn),
                log_keys(conn),
                None if since is None else browse.growth_of(conn, since),
            )
        )
        if head is None or (since is not None and growth is None):
            raise HeadUnknown
        return HeadOut(
            **head.values(),
            keys=[dict(key_values(key)) for key in keys],
            growth=growth.values() if growth else None,
        )

    return router
