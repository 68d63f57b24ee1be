"""Keys that do not open, a locked database, a full disk: each says so, and nothing is half done."""

import hashlib
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection, connect
from typing import Any

import pytest
from sqlalchemy import event as sql_event
from tests.parts import api_key, fresh, import_list
from tests.web.api import ALLOWED, Api, Said, event, read
from tests.web.conftest import OpenApi

from hoede.access import Scope, revoke_key
from hoede.access.rules import prefix_of
from hoede.simulators.pictures import test_card as the_card

REFUSED = (401, "key-refused")
ROUTES = [
    ("PUT", "/v1/accounts/a"),
    ("POST", "/v1/events"),
    ("POST", "/v1/orders/ord_x/receipt"),
    ("POST", "/v1/notices"),
    ("GET", "/v1/notices/ntc_x"),
]
LARGE = bytes(1 << 20)


def ask(api: Api, method: str, path: str, key: str) -> Said:
    headers = {"authorization": key, "idempotency-key": fresh("key")}
    return read(api.http.request(method, path, json={}, headers=headers))


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("key", ["", "Bearer", "Bearer x", "Bearer hk_none_secret", "Basic aGs6eA=="])
def test_a_key_that_is_none_is_refused(api: Api, method: str, path: str, key: str) -> None:
    answer = ask(api, method, path, key)

    assert (answer.said, answer.headers["www-authenticate"]) == (REFUSED, "Bearer")


def test_a_right_prefix_with_a_wrong_secret_is_refused(api: Api) -> None:
    assert api.tell(event(), api_key=api.key + "x").said == REFUSED


def test_an_expired_key_is_refused(api: Api) -> None:
    expired = api_key(api.hoede.db, lasts=timedelta(seconds=-1))

    assert api.tell(event(), api_key=expired).said == REFUSED


def test_a_revoked_key_is_refused_from_the_next_request_on(api: Api) -> None:
    key = api_key(api.hoede.db)
    before = api.tell(event(), api_key=key)
    api.hoede.db.commit(lambda tx: revoke_key(tx, prefix_of(key) or ""))

    assert (before.body, api.tell(event(), api_key=key).said) == (ALLOWED, REFUSED)


NEEDS = [
    (*route, scope)
    for route, scope in zip(ROUTES, ("accounts", "events", "receipts", "notices", "notices"), strict=True)
]


@pytest.mark.parametrize(("method", "path", "scope"), NEEDS)
def test_a_key_without_the_scope_is_refused(api: Api, method: str, path: str, scope: str) -> None:
    others = [one for one in Scope if not one.startswith(scope)]
    key = api_key(api.hoede.db, scopes=others)

    assert ask(api, method, path, f"Bearer {key}").said == (403, "scope-missing")


def test_what_a_refused_key_told_is_not_kept(api: Api) -> None:
    told = event()

    api.tell(told, the_card(), api_key="hk_none_secret")

    assert api.kept(told["id"]) is None


@contextmanager
def locked(api: Api) -> Iterator[Connection]:
    """Another process writes for as long as this is open; Hoede waits a fifth of a second, not ten."""
    db = api.hoede.db
    for engine in (db.engine, db._writing):
        sql_event.listen(engine, "connect", lambda conn, _: conn.execute("PRAGMA busy_timeout=200"))
        engine.dispose()  # connections opened from here on have the short wait
    with closing(connect(str(db.engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield other


def test_a_locked_database_is_told_and_the_event_is_taken_when_sent_again(open_api: OpenApi) -> None:
    api, told, key = open_api(), event(), fresh("key")

    with locked(api):
        answer = api.tell(told, the_card(), key=key)
        kept = api.kept(told["id"])
    again = api.tell(told, the_card(), key=key)

    assert (answer.said, answer.headers["retry-after"], kept) == ((503, "database-busy"), "2", None)
    assert again.body["answer"] == "hold"


@pytest.mark.parametrize(
    "tell", [lambda api: api.put("a", {}), lambda api: api.receipt("ord_x", {"done": True})]
)
def test_other_routes_tell_that_the_database_is_locked(open_api: OpenApi, tell: Any) -> None:
    api = open_api()

    with locked(api):
        answer = tell(api)

    assert answer.said == (503, "database-busy")


def test_all_who_wait_for_a_locked_database_are_told(open_api: OpenApi) -> None:
    api = open_api()

    with locked(api), ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: api.tell(event()), range(4)))

    assert [one.said for one in answers] == [(503, "database-busy")] * 4


def test_without_ballast_intake_refuses_and_readiness_lays_it_again(open_api: OpenApi) -> None:
    api, told = open_api(), event()
    api.hoede.ballast.let_go()

    answer = api.tell(told, the_card())
    ready = api.http.get("/readyz").status_code
    again = api.tell(told, the_card())

    assert (answer.said, ready, again.body["answer"]) == ((503, "disk-full"), 200, "hold")


def test_without_ballast_receipts_are_still_taken(open_api: OpenApi) -> None:
    api = open_api()
    hold = api.card().body["hold"]
    api.hoede.ballast.let_go()

    assert api.receipt(hold, {"done": True}).body["state"] == "done"


def mount(*words: str) -> bool:
    return subprocess.run(["mount", "-t", "tmpfs", *words], check=False, capture_output=True).returncode == 0  # noqa: S603, S607 - our own words


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for half of `LARGE`; only root may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    if not mount("-o", f"size={len(LARGE) // 2}", "tmpfs", str(folder)):
        pytest.skip("a small file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)  # noqa: S603, S607 - likewise


@pytest.mark.parametrize("part", ["spool", "vault/intake"])
def test_a_full_disk_is_told_and_nothing_is_half_kept(open_api: OpenApi, small_disk: Path, part: str) -> None:
    api, told = open_api(), event()
    import_list(api.hoede.db, fresh("list"), f"sha256\n{hashlib.sha256(LARGE).hexdigest()}\n")
    folder = api.hoede.config.data_folder / part
    folder.rmdir()
    folder.symlink_to(small_disk)

    answer = api.tell(told, LARGE)
    kept, left = api.kept(told["id"]), list(small_disk.iterdir())
    mount("-o", f"remount,size={len(LARGE) * 4}", str(small_disk))

    assert (answer.said, kept, left) == ((503, "disk-full"), None, [])
    assert api.tell(told, LARGE).body["answer"] == "hold"
