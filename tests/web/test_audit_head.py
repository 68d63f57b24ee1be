"""The newest head is there for everyone, and who kept an older one is shown that the log only grew."""

from typing import Any

from tests.web.api import Api

from hoede.audit import independent
from hoede.core.leaves import Leaf


def signed(api: Api) -> dict[str, Any]:
    """One more leaf, numbered; the head as a stranger gets it."""
    api.hoede.db.commit(lambda tx: tx.leaf(Leaf("choice.made", "somebody")))
    while api.hoede.sequencer.run_once():
        pass
    answer = api.http.get("/v1/audit/head")
    assert answer.status_code == 200
    return dict(answer.json())


def test_anybody_gets_the_head_and_can_check_who_signed_it(api: Api) -> None:
    head = signed(api)
    lines = head["message"].split("\n")[:-1]
    assert lines[:3] == ["hoede-audit/1", str(head["size"]), head["root"]]
    assert independent.is_signed(head["key"], head["signature"], *lines)
    assert head["key"] in {one["public"] for one in head["keys"]}


def test_who_kept_a_head_is_shown_that_the_log_only_grew(api: Api) -> None:
    old, new = signed(api), signed(api)
    growth = api.http.get(f"/v1/audit/head?since={old['size']}").json()["growth"]
    assert list(independent.proof(growth, [old], new["key"])) == []
    forged = {**growth, "old": {**growth["old"], "root": growth["new"]["root"]}}
    assert "the path does not lead to the root" in list(independent.proof(forged, [old], new["key"]))


def test_a_size_that_was_never_signed_is_said(api: Api) -> None:
    size = signed(api)["size"]
    answer = api.http.get(f"/v1/audit/head?since={size + 1}")
    assert (answer.status_code, answer.json()["code"]) == (404, "head-unknown")
    assert api.http.get("/v1/audit/head?since=0").status_code == 422
