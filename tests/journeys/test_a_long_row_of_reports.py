"""Many reports in a row, with an authority that fails now and then: each is finished once.

Thirty in every check; ten thousand in `./check long`.
"""

import os
from collections import Counter
from functools import partial
from random import Random

from tests.journeys.conftest import OpenScene
from tests.journeys.scene import BY_MACHINE, VERIFIED, Scene
from tests.parts import until

from hoede.app import verify_log
from hoede.core.orders import OrderState
from hoede.simulators.cybertipline import Endpoint, FaultKind, State

REPORTS = int(os.environ.get("HOEDE_REPORTS", "30"))
AT_ONCE, FAULTS, SEED = 50, 10, 20261127
CALLS = (Endpoint.SUBMIT, Endpoint.UPLOAD, Endpoint.FILEINFO, Endpoint.FINISH)
# Each passes by itself, and leaves what was asked done, not done, or in doubt.
PASSING = (FaultKind.ERROR_500, FaultKind.BAD_GATEWAY, FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER)


def test_each_of_many_is_finished_once_whatever_goes_wrong(open_scene: OpenScene) -> None:
    play, chance = open_scene(breaker_accounts=10 * REPORTS), Random(SEED)  # noqa: S311 - which fault comes when
    accounts = []
    for _ in range(0, REPORTS, AT_ONCE):
        for _ in range(FAULTS):
            play.authority.fault(chance.choice(PASSING), chance.choice(CALLS))
        for _ in range(AT_ONCE):
            accounts.append(play.person(VERIFIED))
            play.upload(accounts[-1])
        until(partial(_all_filed, play), within_s=600)
        play.authority.clear_faults()
    while play.hoede.sequencer.run_once():
        pass
    told = Counter(one.text("personOrUserReported/espIdentifier") for one in play.finished())
    assert told == Counter(accounts)
    assert {one.state for one in play.reported()} <= {State.FINISHED, State.RETRACTED, State.OPEN}
    assert all(one.state is OrderState.DONE for one in play.views() if one.order.measure == "report")
    assert verify_log(play.hoede.db, play.hoede.keys).wrong == ()


def _all_filed(play: Scene) -> bool:
    """After one more round of what machines have to do."""
    play.carry(*BY_MACHINE)
    asked = "SELECT count(*) FROM orders WHERE measure = 'report' AND state = 'open'"
    left: int = play.hoede.db.read(lambda conn: conn.exec_driver_sql(asked).scalar_one())
    return left == 0
