"""Whether it is alive, ready, and how it is doing; nothing there tells of a person."""

import re
import time
from datetime import timedelta

from tests.parts import fresh
from tests.web.api import Api, event
from tests.web.conftest import OpenApi

from hoede.db import Transaction, orders, restores
from hoede.db.restores import Restore
from hoede.pairing import By, Mode, codes
from hoede.pairing import store as pairings

GAUGES = {
    "hoede_oldest_unfinished_order_seconds",
    "hoede_orders_open",
    "hoede_orders_waiting",
    "hoede_orders_restored",
    "hoede_orders_needing_human",
    "hoede_cases_waiting",
    "hoede_cases_overdue",
    "hoede_helplines_unchecked",
    "hoede_log_behind_seconds",
    "hoede_disk_ballast",
    "hoede_vault_keys",
    "hoede_policy_rollbacks_overdue",
    "hoede_pairings_overdue",
}


def figures(api: Api) -> dict[str, float]:
    lines = api.http.get("/metrics").text.splitlines()
    told = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in told}


def test_it_is_alive(api: Api) -> None:
    answer = api.http.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"alive": True})


def test_it_is_ready_with_its_schema_and_its_ballast(api: Api) -> None:
    answer = api.http.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"ready": True})


def test_it_is_alive_but_not_ready_on_an_older_schema(open_api: OpenApi) -> None:
    api = open_api()
    api.hoede.db.commit(lambda tx: tx.conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'"))

    ready, alive = api.http.get("/readyz"), api.http.get("/healthz")

    assert (ready.status_code, ready.json()["code"]) == (503, "schema-outdated")
    assert alive.status_code == 200


def test_there_is_a_figure_for_each_thing_that_can_be_late(api: Api) -> None:
    assert figures(api).keys() >= GAUGES


def test_figures_follow_the_orders(open_api: OpenApi) -> None:
    api = open_api()
    before = figures(api)
    api.card(id=(told := fresh("event")))
    first, second, *_ = [one.order.id for one in api.orders(told) if one.order.by != "person"]
    api.hoede.db.commit(lambda tx: orders.let_wait(tx, first, "entry-withdrawn"))
    api.hoede.db.commit(lambda tx: orders.call_a_person(tx, second))

    after = figures(api)

    assert (before["hoede_orders_open"], before["hoede_oldest_unfinished_order_seconds"]) == (0, 0)
    assert (after["hoede_orders_waiting"], after["hoede_orders_needing_human"]) == (1, 1)
    assert (after["hoede_cases_waiting"], after["hoede_cases_overdue"]) == (1, 0)
    assert after["hoede_oldest_unfinished_order_seconds"] >= 0


def test_what_waits_after_a_restore_is_told_apart(open_api: OpenApi) -> None:
    api = open_api()
    api.card(id=(told := fresh("event")))
    waits, *_ = [one.order.id for one in api.orders(told) if one.order.by != "person"]

    def restored(tx: Transaction) -> None:
        restores.note_restore(tx, Restore("res_1", tx.now, tx.now), leaves=0)
        restores.park(tx, waits, "res_1")

    api.hoede.db.commit(restored)

    after = figures(api)

    assert (after["hoede_orders_restored"], after["hoede_orders_waiting"]) == (1, 0)
    assert after["hoede_orders_needing_human"] == 1


def test_the_log_is_behind_until_a_head_covers_it(open_api: OpenApi) -> None:
    api = open_api()
    api.card()
    time.sleep(0.05)
    before = figures(api)
    while api.hoede.sequencer.run_once():
        pass

    assert before["hoede_log_behind_seconds"] > 0
    assert figures(api)["hoede_log_behind_seconds"] == 0


def test_the_ballast_is_told_while_it_is_there(open_api: OpenApi) -> None:
    api = open_api()
    before = figures(api)["hoede_disk_ballast"]
    api.hoede.ballast.let_go()

    assert (before, figures(api)["hoede_disk_ballast"], figures(api)["hoede_vault_keys"]) == (1, 0, 1)


def test_pairings_that_do_not_move_and_codes_that_are_guessed_are_told_apart(open_api: OpenApi) -> None:
    api = open_api()

    def happened(tx: Transaction) -> None:
        for number, hours in enumerate((-2, -3, 1)):
            until = tx.now + timedelta(hours=hours)
            pairings.add(tx, f"pair_{number}", invited_by=By.GUARDIAN, mode=Mode.LIMITS, until=until)
        for _ in range(5):
            codes.wrong(tx, codes.EVERYBODY)

    api.hoede.db.commit(happened)
    after = figures(api)

    assert (after["hoede_pairings_overdue"], after["hoede_pairing_codes_guessed"]) == (2, 5)


def test_metrics_say_what_they_are(api: Api) -> None:
    text = api.http.get("/metrics").text

    assert [name for name in GAUGES if not re.search(rf"# HELP {name} \w", text)] == []


def test_no_health_page_tells_of_a_person(api: Api) -> None:
    account = fresh("MARKER-4711")
    api.tell(event(account=account, text="MARKER-4711"))
    api.card(account=account)

    pages = [api.http.get(path).text for path in ("/healthz", "/readyz", "/metrics")]

    assert not [page for page in pages if "MARKER-4711" in page]
