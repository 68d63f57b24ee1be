"""List files of every kind of wrong, through `hoede lists import`: read rightly, or refused by number."""

import pytest
from sqlalchemy import func, select
from tests.cli.desk import Desk
from tests.databases import Databases
from tests.lists.hostile import ListFile, list_files

from hoede.db import Database
from hoede.keys import FileKeys
from hoede.lists.tables import DIGESTS, ENTRIES, IMPORTS

FILES = list(list_files())
BOTH = [one for one in FILES if "NUL" in one.name or "half" in one.name or one.says == 1]
FROM = ("--source", "a test", "--standing", "industry")


def check(desk: Desk, url: str, one: ListFile) -> None:
    """It is refused as it should be and nothing of it stands in any table, or it is in whole."""
    file = desk.write("list", "")
    file.write_bytes(one.make())
    ran = desk.run("lists", "import", "harbour", file, *FROM, "--form", one.form, "--json")
    said = ran.error.detail if ran.error else ran.json["entries"]
    assert said == one.says if isinstance(one.says, int) else one.says in str(said)
    assert (ran.code, entries(desk, url)) == (
        (None, one.says) if isinstance(one.says, int) else ("list-file-invalid", 0)
    )
    assert ran.error is None or len(ran.error.detail) < 2000


def entries(desk: Desk, url: str) -> int:
    db = Database(url, key=FileKeys(desk.config.keys_folder).names)
    counted = [
        db.read(lambda conn, table=table: conn.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[misc] # read at once
        for table in (ENTRIES, DIGESTS, IMPORTS)
    ]
    db.close()
    assert counted[0] == counted[1]
    assert counted[2] == min(1, counted[0])
    return int(counted[0])


@pytest.mark.parametrize("one", FILES, ids=str)
def test_a_wrong_list_is_refused_by_number_and_an_odd_one_read_rightly(desk: Desk, one: ListFile) -> None:
    check(desk, desk.config.url_of_database, one)


@pytest.mark.parametrize("one", BOTH, ids=str)
def test_so_it_is_on_the_other_database(desk: Desk, databases: Databases, one: ListFile) -> None:
    url = databases.lend("postgresql", desk.folder)
    desk.configure(database_url=url)
    check(desk, url, one)
    databases.take_back(url)


WRONG = ("", "x" * 65, "a\nb", "a\udcffb", "\x1b[31mred")


@pytest.mark.parametrize("word", WRONG)
def test_a_name_that_no_table_or_terminal_holds_is_a_wrong_use(desk: Desk, word: str) -> None:
    file = desk.write("list.txt", "a1" * 16)
    assert desk.run("lists", "import", word, file, *FROM).exit == 2
    assert desk.run("lists", "import", "harbour", file, *FROM, "--bank", word).exit == 2
    assert desk.run("lists", "bank", word, "--threshold", "3").exit == 2


@pytest.mark.parametrize("word", ["", "a\nb", "a\udcffb"])
def test_so_are_a_source_and_a_reason(desk: Desk, word: str) -> None:
    file = desk.write("list.txt", "a1" * 16)
    assert desk.run("lists", "import", "harbour", file, "--source", word, "--standing", "industry").exit == 2
    assert desk.run("lists", "withdraw", "harbour", "--why", word).exit == 2
