"""One kill, and the quiet run after all of them."""

import time

from hoede.app import open_database, verify_log
from hoede.bench.crash.children import ANYWHERE
from hoede.bench.crash.harness import Harness
from hoede.config import parse_config
from hoede.core.orders import OrderState, OrderView
from hoede.db import failpoints, orders

SETTLE_WITHIN_S, SETTLE_EACH_S = 120, 1  # more with each upload: some thousand kills leave a long queue
TRIES = 6  # to reach a failpoint, each with another upload
REACHED_WITHIN_S = 1.0
# How often a name is passed before something interesting; the nth pass is drawn up to this.
PASSES = {"commit.before": 30, "commit.after": 30, "claim.after": 8, "job.after": 8, "number.before": 2}
PASSES |= {"report.before_call": 4, "report.after_call": 4, "platform.sent": 4, "receipt.before": 4}
# A place for each kill in turn.
PLACES = (*failpoints.NAMES, ANYWHERE)
SERVER_DIES_EVERY = 25  # kills, where the database is a server


def kill_once(run: Harness, number: int, name: str) -> None:
    """Let everybody be up and busy until one of them dies at this failpoint, or anywhere."""
    if name != ANYWHERE:
        run.fleet.arm(name, run.random.randint(1, PASSES.get(name, 1)))
    bring_up(run)
    lull_somebody(run)
    if run.deployment.server and number % SERVER_DIES_EVERY == SERVER_DIES_EVERY - 1:
        kill_server(run, number)
    run.kills[dies_at(run, number, name)] += 1
    if name != ANYWHERE:
        run.fleet.disarm(name)


def dies_at(run: Harness, number: int, name: str) -> str:
    """Where somebody died; the place is not always reached, then it is anywhere."""
    for _ in range(1 if name == ANYWHERE else TRIES):
        run.upload(account_of(run, number))
        run.tell_all()
        within_s = run.random.uniform(0, REACHED_WITHIN_S / 2) if name == ANYWHERE else REACHED_WITHIN_S
        if run.fleet.somebody_dies(within_s):
            return name
    run.fleet.kill(run.random.choice(run.fleet.there()))
    return ANYWHERE


def account_of(run: Harness, number: int) -> str:
    """Some accounts upload again: their files join the open case, or open a new one."""
    return f"account-{number if run.random.random() < 0.7 else max(0, number - 1)}"


def bring_up(run: Harness) -> None:
    """Now and then a helper, who is killed now and then too, and everybody who should be there.

    In this order: while a helper is killed another one may die where it was told to.
    """
    run.fleet.bury()
    for one in run.fleet.members:
        if one.always:
            continue
        if one.pid is None and run.random.random() < 0.25:
            run.fleet.start(one)
        elif one.pid is not None and run.random.random() < 0.3:
            run.fleet.kill(one)
            run.kills["helper"] += 1
    run.fleet.bring_up()


def lull_somebody(run: Harness) -> None:
    """Now and then one of several falls asleep, in the middle of something or anywhere."""
    asleep, there, awake = run.fleet.asleep(), run.fleet.there(), run.fleet.awake()
    if run.fleet.lulled or len(asleep) >= run.deployment.asleep_at_most or len(there) - len(asleep) < 2:
        return
    if run.random.random() < 0.3:
        name = run.random.choice(failpoints.NAMES)
        run.fleet.lull(name, run.random.randint(1, PASSES.get(name, 1)))
    elif run.random.random() < 0.1 and awake:
        run.fleet.pause(run.random.choice(awake))


def kill_server(run: Harness, number: int) -> None:
    """The database dies, one of its processes or the whole of it: just after an answer, and during one."""
    assert run.deployment.server is not None
    for one in run.fleet.there():
        run.fleet.comes_up(one)
    dies = run.deployment.server.crash if number // SERVER_DIES_EVERY % 2 else run.deployment.server.restart
    run.upload(account_of(run, number))
    run.tell_all()
    dead = run.telling.submit(dies)
    run.upload(account_of(run, number))
    run.tell_all()
    dead.result()
    run.kills["server"] += 1


def settle(run: Harness) -> None:
    """Run without failpoints until no machine has an order left, then stop."""
    for name in failpoints.NAMES:
        run.fleet.disarm(name)
    time.sleep(0.5)  # until the last one fell asleep who is going to: it may hold a lock
    run.fleet.wake(0)
    until = time.monotonic() + SETTLE_WITHIN_S + SETTLE_EACH_S * len(run.uploads)
    db, keys = open_database(parse_config(run.config))
    while time.monotonic() < until:
        run.fleet.bury()
        run.fleet.bring_up()
        run.fleet.wake(0)
        run.tell_all()
        if (
            all(upload.acknowledged for upload in run.uploads)
            and not _unfinished(db.read(orders.views))
            and not verify_log(db, keys).unnumbered
        ):
            break
        time.sleep(0.2)
    db.close()
    run.fleet.stop()


def unfinished(run: Harness) -> list[str]:
    """Orders that have not ended, in words."""
    db, _ = open_database(parse_config(run.config))
    seen = db.read(orders.views)
    db.close()
    return _unfinished(seen)


def _unfinished(seen: tuple[OrderView, ...]) -> list[str]:
    ended = {OrderState.DONE, OrderState.SUPERSEDED}
    return [f"{one.order.measure} {one.state} {one.reason}" for one in seen if one.state not in ended]
