"""The same request is done once and answered the same: here, in another process, or after a crash."""

import json
from collections.abc import Callable
from typing import Any

from starlette.responses import JSONResponse

from hoede.db import Database, Transaction
from hoede.db.idempotency import Remembered, recall, remember

Said = dict[str, Any]


class AnsweredMeanwhileError(Exception):
    """Another process answered the same request: what this one wrote is undone."""

    def __init__(self, answer: tuple[int, str]) -> None:
        super().__init__()
        self.answer = answer


def once(
    db: Database, asked: Remembered, do: Callable[[Callable[[Transaction, Said], None]], Said]
) -> JSONResponse:
    """What was answered before, else what `do` says; it keeps its answer within its own transaction."""
    if before := db.read(lambda conn: recall(conn, asked)):
        return JSONResponse(json.loads(before[1]), before[0])

    def keep(tx: Transaction, said: Said) -> None:
        mine = (200, json.dumps(said))
        if (kept := remember(tx, asked, *mine)) != mine:
            raise AnsweredMeanwhileError(kept)

    try:
        return JSONResponse(do(keep))
    except AnsweredMeanwhileError as theirs:
        return JSONResponse(json.loads(theirs.answer[1]), theirs.answer[0])
