"""Commands that change policy: two people at the machine, a day, a proof, and one step back."""

import re
from pathlib import Path

import pytest
from tests.cli.desk import Desk
from tests.cli.test_people import created

from hoede.app import open_database, verify_log
from hoede.policy.shadow import SHOWN_FROM, Cell, ShadowCounts
from hoede.policy.shipped import shipped_text
from hoede.policy.tables import TEXTS, VERSIONS

DEFAULT = ["hoede-baseline", "eu-dsa28", "digital-consent"]


def staff(desk: Desk, *names: str, role: str = "policy") -> list[str]:
    return [created(desk, role, name=name)[0] for name in names]


def shown(desk: Desk, *words: str) -> dict[str, object]:
    told: dict[str, object] = desk.run("policy", "show", *words, "--json").json
    return told


def ids(version: object) -> list[str]:
    assert isinstance(version, dict)
    return [one.partition("@")[0] for one in version["packs"]]


def test_a_deployment_begins_with_the_packs_of_its_configuration(desk: Desk) -> None:
    told = shown(desk)
    assert (ids(told["in_force"]), told["proved"]) == (DEFAULT, True)
    ran = desk.run("policy", "show")
    assert "proved: its texts, its signature and its leaves fit" in ran.out


def test_the_configuration_counts_for_the_first_version_only(desk: Desk) -> None:
    own = desk.write("mine.toml", shipped_text("release-2021"))
    desk.configure(policy_packs=["nl", str(own)], home_country="NL")
    assert ids(shown(desk)["in_force"]) == ["nl", "release-2021"]
    desk.configure(policy_packs=["uk-osa"])
    assert ids(shown(desk)["in_force"]) == ["nl", "release-2021"]


@pytest.mark.parametrize(
    ("packs", "code"),
    [
        (["atlantis"], "pack-unknown"),
        (["nowhere.toml"], "config-invalid"),
        (["nl", "nl"], "policy-invalid"),
    ],
)
def test_a_configuration_with_other_packs_is_refused(desk: Desk, packs: list[str], code: str) -> None:
    desk.configure(policy_packs=packs)
    assert desk.run("policy", "show").code == code


def test_one_proposes_another_approves_and_it_is_proved(desk: Desk) -> None:
    anna, bas = staff(desk, "Anna", "Bas")
    ran = desk.run("policy", "propose", "nl", "--without", "eu-dsa28", "--why", "Counsel.", "--by", anna)
    assert re.search(r"^nl@1\.0\.0\+\w+: new$", ran.out, re.MULTILINE)
    assert "eu-dsa28: goes" in ran.out
    assert desk.run("policy", "approve", "2", "--by", anna).code == "policy-same-person"
    assert desk.run("policy", "approve", "2", "--by", bas).exit == 0
    told = shown(desk)
    assert ids(told["in_force"]) == ["hoede-baseline", "digital-consent", "nl"]
    live = told["in_force"]
    assert isinstance(live, dict)
    assert (live["proposed_by"], live["agreed_by"], live["agreed_via"]) == (anna, bas, "machine")
    assert [one["act"] for one in told["leaves"]] == ["policy.proposed", "policy.agreed"]  # type: ignore[attr-defined] # JSON


def test_a_pack_with_problems_is_refused_with_every_line(desk: Desk) -> None:
    [anna] = staff(desk, "Anna")
    broken = desk.write("broken.toml", shipped_text("nl").replace("[pack]", "[pack]\ncolour = 3\nsize = 4"))
    ran = desk.run("policy", "propose", broken, "--why", "A reason.", "--by", anna)
    assert ran.error is not None
    assert (ran.code, ran.error.detail.count("is no key of [pack]")) == ("pack-invalid", 2)


@pytest.mark.parametrize("command", ["propose nl", "approve 1", "shadow 1", "withdraw 1", "rollback"])
def test_only_who_may_change_policy_does(desk: Desk, command: str) -> None:
    [judge] = staff(desk, "Joris", role="judge")
    why = (
        ["--why", "A reason."] if command.split(maxsplit=1)[0] in {"propose", "withdraw", "rollback"} else []
    )
    codes = [
        desk.run("policy", *command.split(), *why, "--by", who).code
        for who in (judge, "per_0", "command-line")
    ]
    assert codes == ["policy-may-not", "person-unknown", "person-unknown"]


def test_one_command_goes_back_and_says_who_has_to_confirm(desk: Desk) -> None:
    anna, bas = staff(desk, "Anna", "Bas")
    assert desk.run("policy", "rollback", "--why", "Wrong.", "--by", anna).code == "policy-nothing-before"
    desk.run("policy", "propose", "nl", "--why", "Counsel.", "--by", anna)
    desk.run("policy", "approve", "2", "--by", bas)
    ran = desk.run("policy", "rollback", "--why", "Wrong.", "--by", anna)
    assert "Version 3, the same as 1, is in force." in ran.out
    assert (ids(shown(desk)["in_force"]), "to be confirmed" in desk.run("policy", "show").out) == (
        DEFAULT,
        True,
    )
    desk.run("policy", "approve", "3", "--by", bas)
    assert "to be confirmed" not in desk.run("policy", "show").out


def test_a_version_planned_for_a_day_is_told_for_that_day(desk: Desk) -> None:
    anna, bas = staff(desk, "Anna", "Bas")
    desk.run("policy", "propose", "nl", "--why", "Counsel.", "--by", anna, "--from", "2099-01-01")
    desk.run("policy", "approve", "2", "--by", bas)
    days = ("2098-12-31", "2099-01-01")
    assert [len(ids(shown(desk, "--at", day)["in_force"])) for day in days] == [3, 4]
    assert desk.run("policy", "show", "--at", "2020-01-01").exit == 2
    assert desk.run("policy", "withdraw", "2", "--why", "Not yet.", "--by", anna).exit == 0
    assert len(ids(shown(desk, "--at", days[1])["in_force"])) == 3


@pytest.mark.parametrize(
    "spoil",
    [
        TEXTS.update().values(text="other"),
        VERSIONS.update().values(why="Another reason."),
        VERSIONS.update().values(shadow_at=VERSIONS.c.starts_at),
    ],
)
def test_what_was_tampered_with_is_not_proved(desk: Desk, spoil: object) -> None:
    shown(desk)
    db, _ = open_database(desk.config)
    db.commit(lambda tx: tx.conn.execute(spoil))  # type: ignore[call-overload] # a table of updates
    db.close()
    ran = desk.run("policy", "show", "--json")
    assert (ran.exit, ran.json["proved"], len(ran.json["wrong"]) > 0) == (1, False, True)


def test_counts_of_a_shadow_are_told_and_written_for_a_simulation(desk: Desk, tmp_path: Path) -> None:
    [anna] = staff(desk, "Anna")
    desk.run("policy", "propose", "nl", "--why", "Counsel.", "--by", anna)
    assert desk.run("policy", "shadow", "2", "--by", anna).out == "Version 2 is in shadow.\n"
    db, _ = open_database(desk.config)
    counts = ShadowCounts()
    counts.add(Cell(2, "message", "13-15", "NL", "granted", "refused"), SHOWN_FROM)
    counts.add(Cell(2, "message", "16-17", "", "granted", "refused"), SHOWN_FROM - 1)
    counts.flush(db)
    db.close()
    file = tmp_path / "counts.csv"
    ran = desk.run("policy", "counts", "2", "--csv", file)
    assert file.read_text() == f"capability,band,country,count\nmessage,13-15,NL,{SHOWN_FROM}\n"
    assert f"13-15     granted -> refused: {SHOWN_FROM}" in ran.out
    assert f"{SHOWN_FROM - 1} answers stand in cells of fewer than" in ran.out
    assert desk.run("policy", "shadow", "2", "--end", "--by", anna).exit == 0
    assert desk.run("policy", "counts", "9").code == "policy-version-unknown"


def test_everything_done_by_command_is_in_the_log(desk: Desk) -> None:
    anna, bas = staff(desk, "Anna", "Bas")
    desk.run("policy", "propose", "nl", "--why", "Counsel.", "--by", anna)
    desk.run("policy", "approve", "2", "--by", bas)
    desk.run("policy", "rollback", "--why", "Wrong.", "--by", bas)
    db, keys = open_database(desk.config)
    verdict = verify_log(db, keys)
    db.close()
    assert (verdict.wrong, verdict.unnumbered >= 4) == ((), True)
