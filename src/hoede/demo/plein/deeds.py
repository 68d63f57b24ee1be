"""Carrying out an order of Hoede: once, and in one transaction with the receipt that is owed for it."""

import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from types import MappingProxyType

from hoede.client import OrderCall, TargetKind
from hoede.demo.plein import accounts, news, orders, pauses, posts
from hoede.demo.plein.pictures import Pictures
from hoede.demo.plein.posts import Post, PostState

# Each answers why it could not be done, or None when it is done.
Deed = Callable[[sqlite3.Connection, OrderCall, Pictures], str | None]


def carry_out(tx: sqlite3.Connection, call: OrderCall, pictures: Pictures, now: datetime) -> None:
    """Do what the order says unless it was done before, and owe a receipt either way.

    An order that comes again means that its receipt did not arrive: nothing is done twice, the receipt is.
    """
    if orders.is_done(tx, call.order):
        return orders.owe_receipt(tx, call, None, now)
    deed = DEEDS.get(call.measure, _unknown)
    reason = deed(tx, call, pictures)
    if call.letter is not None and reason is None:
        orders.keep_letter(tx, call, call.letter, now)
    if reason is None:
        news.keep(tx, call, now)
    return orders.owe_receipt(tx, call, reason, now)


def _unknown(_tx: sqlite3.Connection, _call: OrderCall, _pictures: Pictures) -> str | None:
    return "measure-unknown"


def _hold(tx: sqlite3.Connection, call: OrderCall, _pictures: Pictures) -> str | None:
    post = _post(tx, call)
    if post is None:
        return "no-such-content"
    if not post.is_gone:
        posts.set_state(tx, post.id, PostState.HELD)
    return None


def _show(tx: sqlite3.Connection, call: OrderCall, _pictures: Pictures) -> str | None:
    """Release, and restore: what is gone from our disk cannot come back."""
    post = _post(tx, call)
    if post is None:
        return "no-such-content"
    if post.is_gone:
        return "picture-erased"
    posts.set_state(tx, post.id, PostState.VISIBLE)
    return None


def _refuse(tx: sqlite3.Connection, call: OrderCall, pictures: Pictures) -> str | None:
    """It is no picture that can be taken: its maker reads so, and nobody ever sees it."""
    post = _post(tx, call)
    if post is None:
        return "no-such-content"
    if not post.is_gone:
        posts.set_state(tx, post.id, PostState.REFUSED)
        pictures.erase(post.id)
    return None


def _want(tx: sqlite3.Connection, call: OrderCall, _pictures: Pictures) -> str | None:
    """Write down that it is wanted; a round sends it."""
    post = _post(tx, call)
    if call.case is None:
        return "no-case"
    if post is None or post.is_gone:
        return "gone"  # we shall never have it again: Hoede stops asking
    posts.want(tx, post.id, call.case)
    return None


def _remove(tx: sqlite3.Connection, call: OrderCall, pictures: Pictures) -> str | None:
    post = _post(tx, call)
    if post is None:
        return "no-such-content"
    # The file goes before the row is committed: after a crash in between the order comes again and
    # finds nothing to erase; the other way round a file could stay behind that we said is gone.
    posts.set_state(tx, post.id, PostState.REMOVED)
    pictures.erase(post.id)
    return None


def _restrict(
    tx: sqlite3.Connection, call: OrderCall, _pictures: Pictures, *, restricted: bool
) -> str | None:
    known = call.target.kind is TargetKind.ACCOUNT and accounts.restrict(
        tx, call.target.id, restricted=restricted
    )
    return None if known else "no-such-account"


def _close(tx: sqlite3.Connection, call: OrderCall, _pictures: Pictures, *, closed: bool) -> str | None:
    known = call.target.kind is TargetKind.ACCOUNT and accounts.close(tx, call.target.id, closed=closed)
    return None if known else "no-such-account"


def _notify(tx: sqlite3.Connection, call: OrderCall, _pictures: Pictures) -> str | None:
    if call.letter is None:
        return "no-letter"
    return None if accounts.find(tx, call.account) else "no-such-account"


def _time_up(tx: sqlite3.Connection, call: OrderCall, _pictures: Pictures) -> str | None:
    """The next beat of a device that is still in use leads to the calm screen."""
    if accounts.find(tx, call.account) is None:
        return "no-such-account"
    pauses.begin(tx, call.account, call.time.opens_at if call.time else None)
    return None


def _know(tx: sqlite3.Connection, call: OrderCall, _pictures: Pictures) -> str | None:
    """Nothing to do: we ask before every act, so what changed counts at the next one."""
    return None if accounts.find(tx, call.account) else "no-such-account"


def _post(tx: sqlite3.Connection, call: OrderCall) -> Post | None:
    return posts.find(tx, call.target.id) if call.target.kind is TargetKind.CONTENT else None


DEEDS: Mapping[str, Deed] = MappingProxyType(
    {
        "hold": _hold,
        "release": _show,
        "refuse": _refuse,
        "want": _want,
        "remove": _remove,
        "restore": _show,
        "restrict_account": partial(_restrict, restricted=True),
        "lift": partial(_restrict, restricted=False),
        "close_account": partial(_close, closed=True),
        "reopen": partial(_close, closed=False),
        "notify": _notify,
        "time_up": _time_up,
        "settings_changed": _know,
        "link_started": _know,
        "link_ended": _know,
    }
)
