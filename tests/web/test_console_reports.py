"""The pages about reports: where each stands, what was called, what was said; what others wrote in them."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.web.passkeys import Seat, signed_in

from hoede.app import Hoede, new_id
from hoede.core.orders import Order, OrderView, Target, TargetKind
from hoede.db import Transaction, orders
from hoede.reporting import (
    Draft,
    Involved,
    Reply,
    ReplyKind,
    Role,
    Saga,
    SagaFile,
    SagaState,
    WithoutCopy,
    store,
)
from hoede.reporting.rules import Step, StepKind

HOSTILE = "<script>alert(1)</script>"
FINISH = Step(StepKind.FINISH)
RECEIPT = b"<reportDoneResponse><reportId>900</reportId></reportDoneResponse>"

File = Callable[..., str]


@pytest.fixture(scope="module")
def auditor(console: Hoede) -> Seat:
    return signed_in(console, "auditor")[0]


@pytest.fixture
def filed(console: Hoede, draft_of: Callable[..., Draft]) -> File:
    """Files a report and gives its order: two files, finished under 900 unless it shall not be."""

    def file(*, finished: bool = True, screen_name: str = "noor", case: str = "cas_1") -> str:
        draft = draft_of(b"one", b"two")
        seen = (replace(draft.files[0], viewed=True), draft.files[1])
        suspect = replace(draft.suspect, screen_name=screen_name)
        draft = replace(draft, case_id=case, suspect=suspect, files=seen)
        sent = tuple(SagaFile(one.evidence, f"file-{one.evidence}", detailed=True) for one in draft.files)
        saga = Saga(state=SagaState.FINISHING, remote_id="900", files=sent, calling=FINISH)
        order = new_id("ord")

        def step(tx: Transaction) -> None:
            target = Target(TargetKind.AUTHORITY, "ncmec")
            asked = Order(
                id=order, service="plein", cause=case, measure="report", target=target, by="authority"
            )
            orders.open_order(tx, asked)
            store.add_report(tx, order, "ncmec", draft)
            call = store.announce(tx, order, saga, FINISH, b"")
            if finished:
                done = replace(saga, state=SagaState.FINISHED, calling=None)
                said = Reply(kind=ReplyKind.DONE, code="0", raw=RECEIPT, request_id=HOSTILE)
                store.note(tx, order, call, done, said)

        console.db.commit(step)
        return order

    return file


def test_a_finished_report_stands_with_the_number_of_the_authority(auditor: Seat, filed: File) -> None:
    order = filed()
    page = auditor.get("/console/reports").text
    assert (order[4:12] in page, "<code>900</code>" in page, "Finished" in page) == (True, True, True)


def test_a_report_tells_every_call_and_what_it_says(auditor: Seat, filed: File) -> None:
    page = auditor.get(f"/console/reports/{filed()}").text
    for said in ("Finish the report", "answer 0", "192.0.2.7", "File 1 of 2", "file-evi_2", "image/png"):
        assert said in page
    assert page.count("from the log)</dt><dd>Yes") == 1  # as it was when the report was composed
    assert page.count("from the log)</dt><dd>No") == 1
    assert "reportDoneResponse" in page


def test_a_report_says_what_investigators_would_miss_and_whom_it_names(
    console: Hoede, auditor: Seat, draft_of: Callable[..., Draft]
) -> None:
    whole = draft_of(b"one")
    child = Involved(account="kim-1", role=Role.VICTIM, guardian="guardian-1")
    bare = replace(
        whole,
        account_is="nobody",
        suspect=replace(whole.suspect, ip_events=(), prior_reports=("900",)),
        files=(replace(whole.files[0], ip_event=None, found_by=()),),
    )
    gone = WithoutCopy("content-gone", whole.incident_at, (HOSTILE,))
    named = replace(whole, people=(child,), without_copy=(gone,))

    def shown(draft: Draft) -> str:
        order = new_id("ord")
        console.db.commit(lambda tx: store.add_report(tx, order, "ncmec", draft))
        return auditor.get(f"/console/reports/{order}").text

    pages = [shown(bare), shown(named)]
    for said in (
        "No account is named",
        "no other hint where",
        "Nothing says what happened",
        "<code>900</code>",
    ):
        assert said in pages[0]
    for said in (
        "nothing is lacking",
        "<code>kim-1</code>",
        "<code>guardian-1</code>",
        "<code>content-gone</code>",
    ):
        assert said in pages[1]


def test_what_the_authority_would_refuse_stands_on_the_page(
    console: Hoede, auditor: Seat, draft_of: Callable[..., Draft]
) -> None:
    order, late = new_id("ord"), datetime(2099, 1, 1, tzinfo=UTC)
    draft = replace(draft_of(b"one"), incident_at=late)
    console.db.commit(lambda tx: store.add_report(tx, order, "ncmec", draft))
    page = auditor.get(f"/console/reports/{order}").text
    assert ("The authority would refuse this" in page, "lies in the future" in page) == (True, True)


def test_a_call_without_an_answer_is_told_as_such(auditor: Seat, filed: File) -> None:
    order = filed(finished=False)
    page = auditor.get(f"/console/reports/{order}").text
    assert ("nobody knows whether it came" in page, "Not yet" in page) == (True, True)
    assert order[4:12] in auditor.get("/console/reports?which=unfinished").text


def test_what_is_left_empty_narrows_nothing(auditor: Seat, filed: File) -> None:
    order = filed()
    assert order[4:12] in auditor.get("/console/reports?which=&case=&after=").text


def test_reports_of_one_case_stand_together(auditor: Seat, filed: File) -> None:
    mine, other = filed(case="cas_of_mine"), filed()
    page = auditor.get("/console/reports?case=cas_of_mine").text
    assert (mine[4:12] in page, other[4:12] in page) == (True, False)


@pytest.mark.parametrize("order", ["ord_0", "x' OR 1=1 --"])
def test_a_report_that_is_not_there_is_said_to_be_not_there(auditor: Seat, order: str) -> None:
    said = auditor.get(f"/console/reports/{order}")
    assert (said.status_code, "There is no such report" in said.text) == (404, True)


def test_a_report_shows_no_way_to_what_somebody_may_not_open(console: Hoede, filed: File) -> None:
    order = filed()
    policy, legal = signed_in(console, "policy")[0], signed_in(console, "legal")[0]
    assert policy.get(f"/console/reports/{order}").status_code == 403
    assert f'href="/console/orders/{order}"' in legal.get(f"/console/reports/{order}").text


def test_what_others_wrote_is_shown_as_text(auditor: Seat, filed: File) -> None:
    case = f"cas_{HOSTILE}"
    order = filed(screen_name=HOSTILE, case=case)
    pages = [f"/console/reports/{order}", "/console/reports", f"/console/reports?case={case}"]
    for page in (auditor.get(one).text for one in pages):
        assert (HOSTILE in page, "&lt;script&gt;" in page) == (False, True)


def test_no_page_about_reports_changes_anything(auditor: Seat, filed: File) -> None:
    assert auditor.get(f"/console/reports/{filed()}").text.count("<form") == 1  # signing out


@pytest.fixture(scope="module")
def judge(console: Hoede) -> Seat:
    return signed_in(console, "judge")[0]


def added(console: Hoede, order: str) -> list[OrderView]:
    """Orders of reports that add to this one."""
    return [one for one in console.db.read(orders.views) if one.order.values.get("supplements") == order]


def test_a_judge_adds_to_a_finished_report_after_seeing_what_will_be_filed(
    console: Hoede, judge: Seat, filed: File
) -> None:
    here = f"/console/reports/{(order := filed())}"
    assert f'action="{here}/add"' in judge.get(here).text
    shown = judge.post(f"{here}/add", {"words": f"The school called. {HOSTILE}"}, at=here)
    assert ("<code>900</code>" in shown.text, HOSTILE in shown.text) == (True, False)
    assert "No address with its time" in shown.text  # it says nothing more of that
    assert added(console, order) == []
    (name,) = re.findall(r'name="addition" value="(sup_[0-9a-f]+)"', shown.text)
    told = {"words": "The school called.", "addition": name}
    for _ in range(2):
        assert judge.post(f"{here}/add/file", told, at=here).headers["location"] == f"{here}?added=yes"
    assert len(added(console, order)) == 1
    assert "It is filed in a moment" in judge.get(f"{here}?added=yes").text


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"words": "no"}, 422),
        ({"words": "x" * 3001}, 422),
        ({"words": "The school called.", "transcript": "yes"}, 409),  # nothing was written in this case
    ],
)
def test_what_cannot_be_added_is_said(judge: Seat, filed: File, told: dict[str, str], status: int) -> None:
    here = f"/console/reports/{filed()}"
    assert judge.post(f"{here}/add", told, at=here).status_code == status
    assert judge.post(f"{here}/add/file", told, at=here).status_code == status


def test_an_addition_has_a_name_of_ours(judge: Seat, filed: File) -> None:
    here = f"/console/reports/{filed()}"
    told = {"words": "The school called.", "addition": "ord_1"}
    assert judge.post(f"{here}/add/file", told, at=here).status_code == 422


def test_nothing_is_added_to_what_is_not_finished_or_not_there(judge: Seat, filed: File) -> None:
    open_one, told = f"/console/reports/{filed(finished=False)}", {"words": "The school called."}
    assert f"{open_one}/add" not in judge.get(open_one).text
    assert judge.post(f"{open_one}/add", told, at=open_one).status_code == 409
    assert judge.post("/console/reports/ord_0/add", told, at=open_one).status_code == 409


def test_who_only_reads_reports_adds_nothing(auditor: Seat, filed: File) -> None:
    here = f"/console/reports/{filed()}"
    assert f"{here}/add" not in auditor.get(here).text
    assert auditor.post(f"{here}/add", {"words": "The school called."}).status_code == 403
