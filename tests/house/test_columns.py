"""Every column of the database stands in one table: whose it is, why it is kept, until when, how it goes."""

import pytest

import hoede.app  # noqa: F401 - every table is known once everything is imported
from hoede.db import METADATA
from hoede.flow.erase import ColumnsInvalid, parse_columns, shipped_columns
from hoede.flow.erase.columns import Scope, Whose

ROW = """
[thing]
about = "Things"
whose = "account"
{more}
columns = [{{ names = ["id", "name"], why = "so", until = "then" }}]
"""


def test_every_column_is_classified() -> None:
    """A new column needs a line in flow/erase/columns.toml."""
    listed = {name: set(rule.columns) for name, rule in shipped_columns().items()}
    there = {table.name: {column.name for column in table.columns} for table in METADATA.tables.values()}
    assert listed == there


def test_what_is_about_an_account_says_how_it_goes() -> None:
    followed = {"erasure", "legal_hold"}  # what tells of the erasing itself
    silent = {
        name
        for name, rule in shipped_columns().items()
        if rule.whose in {Whose.ACCOUNT, Whose.REPORTER} and not rule.erased
    }
    assert silent == followed


def test_no_column_named_account_is_missed() -> None:
    """Who adds a column with an account's id says by which way its rows go."""
    named = {table.name for table in METADATA.tables.values() if "account" in table.columns}
    lost = {name for name in named if not shipped_columns()[name].erased}
    assert lost == {"erasure"}


def test_whatever_has_a_leaf_of_its_own_says_so() -> None:
    """Of a row that goes, the id stays: else the log would tell of a row that somebody took away."""
    from hoede.app import changes  # noqa: PLC0415 - every slice is in it

    slices = {told.__name__ for told in changes._TELLING}
    silent = {"hoede.access.store", "hoede.access.people", "hoede.evidence.vault_keys", "hoede.audit.store"}
    silent |= {"hoede.lists.store", "hoede.lists.banks", "hoede.lists.quarantine", "hoede.policy.store"}
    about_accounts = {"hoede.db.orders", "hoede.db.restores", "hoede.review.judgments", "hoede.review.views"}
    about_accounts |= {"hoede.review.readings", "hoede.review.notice_store", "hoede.review.age_store"}
    about_accounts |= {"hoede.accounts.erasures", "hoede.evidence.holds", "hoede.pairing.store"}
    about_accounts |= {"hoede.reporting.hand_overs", "hoede.review.blind", "hoede.review.samples"}
    silent |= {"hoede.review.guidance", "hoede.review.calibration"}
    assert slices == silent | about_accounts, "erase what is about accounts (columns.toml), then list it here"


def test_everything_that_goes_with_an_account_itself_has_a_service() -> None:
    own = {
        name
        for name, rule in shipped_columns().items()
        if any(scope in {Scope.ACCOUNT, Scope.MENTIONS} for scope, _ in rule.erased)
    }
    assert {name for name in own if "service" not in METADATA.tables[name].columns} == set()


def test_who_asks_for_their_own_data_never_gets_what_is_for_colleagues() -> None:
    """Why and by whom something was answered, and whether there is a case."""
    given = [rule for rule in shipped_columns().values() if rule.given]
    told = {name for rule in given for group in rule.groups if not group.withheld for name in group.names}
    assert {"account", "text"} <= told
    assert told & {"case_id", "answered_by", "person", "reason"} == set()


@pytest.mark.parametrize(
    "more", ['erased = ["account:nothing"]', 'erased = ["moon:id"]', 'leaf = ["nothing"]', "loud = true"]
)
def test_a_word_nobody_knows_is_refused(more: str) -> None:
    assert parse_columns(ROW.format(more=""))["thing"].columns == {"id", "name"}
    with pytest.raises(ColumnsInvalid):
        parse_columns(ROW.format(more=more))


def test_a_column_named_twice_is_refused() -> None:
    with pytest.raises(ColumnsInvalid, match="twice"):
        parse_columns(ROW.format(more="").replace('"name"', '"id"'))
