"""P24: policy is strengthened every day: simulated, by two people, dated, no deploy, and one step back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.parts import until
from tests.promises.asking import platform
from tests.promises.office import Office, office, stricter

from hoede.policy import Answer

__all__ = ["office", "platform"]


@pytest.mark.promise(24, "proposed-agreed-in-force-and-rolled-back")
def test_a_version_by_two_counts_without_a_deploy_and_goes_by_one_command(
    office: Office, tmp_path: Path
) -> None:
    before, draft, asked = office.permit(), stricter(tmp_path), office.asked()
    assert (before.answer is not Answer.REFUSED, asked.permit) == (True, before.answer)
    tried = office.run("simulate", draft, "--accounts", "2000")
    assert any(one["newly_refused"] for one in tried["figures"] if one["what"] == "go_live")
    made = office.run("propose", draft, "--why", "Live at 16 went wrong.", "--by", office.anna)
    assert (office.permit(), office.asked()) == (before, asked)
    office.run("approve", made["version"], "--by", office.bas)
    until(lambda: office.permit().answer is Answer.REFUSED)
    until(lambda: office.asked().permit == "refused")
    assert office.asked().packs == office.permit().packs
    assert [one for one in office.asked().packs if one.startswith("hoede-baseline@1.1.0+")]
    changed_at = datetime.now(UTC)
    back = office.run("rollback", "--why", "It was too much.", "--by", office.anna)
    until(lambda: (office.permit(), office.asked()) == (before, asked))
    office.run("approve", back["version"], "--by", office.bas)
    proved = office.run("show", "--at", changed_at.isoformat())
    assert (proved["in_force"]["version"], proved["proved"]) == (made["version"], True)


@pytest.mark.promise(24, "a-version-begins-on-its-day")
def test_a_version_begins_on_its_day_and_no_sooner(office: Office, tmp_path: Path) -> None:
    before, day = office.permit(), datetime.now(UTC).date() + timedelta(days=30)
    words = ("--why", "From next month on.", "--from", day.isoformat(), "--by", office.anna)
    made = office.run("propose", stricter(tmp_path), *words)
    office.run("approve", made["version"], "--by", office.bas)
    eve = datetime.combine(day - timedelta(days=1), datetime.max.time(), UTC)
    told = [
        office.run("show", "--at", at)["in_force"]["version"] for at in (eve.isoformat(), day.isoformat())
    ]
    assert (told[0] < told[1], told[1], office.permit()) == (True, made["version"], before)
    assert office.asked().packs == before.packs
