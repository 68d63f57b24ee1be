"""Where running would be unsafe it does not start; and no key is ever made over old data."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Databases
from tests.parts import import_list, prepare, settings, values

from hoede.app import Unsafe, build, move_database, open_database
from hoede.app.build import refuse_unsafe
from hoede.app.outside import check_batches
from hoede.app.rehearsal import LIST
from hoede.app.safety import about_database, about_folders
from hoede.config import Config, ConfigError, parse_config
from hoede.core.errors import HoedeError
from hoede.db import Database, SchemaOutdated, failpoints
from hoede.db.key_check import OtherKeys
from hoede.db.schema import migrate
from hoede.enforcement.platforms.webhook import SecretInvalid
from hoede.keys import FileKeys, KeysMissing, KeysUnsafe
from hoede.keys.folder import NAMES
from hoede.lists.jobs import withdraw
from hoede.reporting import AuthoritySettings
from hoede.reporting.authorities.ncmec import AUTHORITY


def production(folder: Path, **more: Any) -> Config:
    """The same folder, run against a production authority; nothing here ever calls it."""
    told = values(folder, authority=f"https://{min(AUTHORITY.production_hosts)}/")
    told["authorities"]["ncmec"]["environment"] = "production"
    return parse_config(told | {"deployment": "production", "lease_s": 60.0} | more)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With keys and schema, and a list of rehearsal entries."""
    prepare(settings(tmp_path))
    return tmp_path


@pytest.fixture
def clean(folder: Path) -> Path:
    """Without entries in force."""
    db, _ = open_database(settings(folder))
    withdraw(db, LIST, "a test")
    db.close()
    return folder


@pytest.fixture
def armed() -> Iterator[None]:
    failpoints.arm(lambda _name: None)
    yield
    failpoints._act = None


def starts(config: Config) -> None:
    """Build and close; raises what keeps it from starting."""
    hoede = build(config)
    hoede.close()
    hoede.ballast.let_go()


def refused(config: Config) -> HoedeError:
    with pytest.raises(HoedeError) as error:
        starts(config)
    return error.value


def test_production_with_a_rehearsal_entry_in_force_does_not_start(folder: Path) -> None:
    error = refused(production(folder))

    assert isinstance(error, Unsafe)
    assert error.detail.startswith("1 rehearsal entries are in force")


def test_production_starts_once_they_are_withdrawn(clean: Path) -> None:
    starts(production(clean))


def test_production_starts_with_entries_that_are_no_rehearsal(clean: Path) -> None:
    db, _ = open_database(settings(clean))
    import_list(db, "harbour", f"sha256\n{'0' * 64}\n")
    db.close()

    starts(production(clean))


def test_production_whose_calls_outlast_a_lease_does_not_start(clean: Path) -> None:
    error = refused(production(clean, lease_s=20.0))
    assert isinstance(error, Unsafe)
    assert error.detail == (
        "A call to ncmec may take longer than a worker's lease: set `lease_s` above 20, or `timeout_s` lower."
    )


def test_production_with_armed_failpoints_does_not_start(clean: Path, armed: None) -> None:
    assert refused(production(clean)).detail == "Failpoints are armed and the deployment is production."


def test_a_rehearsal_may_have_both(folder: Path, armed: None) -> None:
    starts(settings(folder, deployment="rehearsal"))


def test_an_entry_that_comes_while_production_runs_is_seen_by_the_same_check(clean: Path) -> None:
    config = production(clean)
    db, _ = open_database(config)
    import_list(db, "late", f"sha256\n{'1' * 64}\n", rehearsal=True)

    with pytest.raises(Unsafe):
        refuse_unsafe(config, db)
    db.close()


def test_an_unknown_authority_is_refused_by_name(folder: Path) -> None:
    told = values(folder)
    told["authorities"]["harbour"] = told["authorities"]["ncmec"]

    error = refused(parse_config(told))

    assert isinstance(error, ConfigError)
    assert error.detail.startswith("authorities.harbour: there is no such authority; known: ")


class Single(AUTHORITY):
    """An authority that wants a report of each case."""

    takes_batches = False


def test_batches_are_gathered_only_for_an_authority_that_takes_them(folder: Path) -> None:
    told = values(folder)
    told["authorities"]["ncmec"]["batches_within_s"] = 60
    part = parse_config(told).authorities["ncmec"]
    given = AuthoritySettings(
        url=part.url,
        user=part.user,
        password="something",
        production=False,
        reporter_first_name=part.reporter_first_name,
        reporter_last_name=part.reporter_last_name,
        reporter_email=part.reporter_email,
    )
    check_batches("ncmec", part, AUTHORITY(given))
    with pytest.raises(ConfigError) as raised:
        check_batches("single", part, Single(given))
    assert raised.value.detail.endswith("single takes no batched reports.")


def test_a_webhook_secret_that_is_none_stops_the_start_and_not_the_first_order(folder: Path) -> None:
    config = settings(folder)
    (folder / "webhook.secret").write_text("opensesame")

    assert isinstance(refused(config), SecretInvalid)


def test_a_table_of_laws_with_a_mistake_stops_the_start(folder: Path) -> None:
    (folder / "laws.toml").write_text("colour = 'red'\nlaw = []")

    assert refused(settings(folder, may_look_file=folder / "laws.toml")).code == "look-table-invalid"


def test_keys_of_another_database_are_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other") / "keys"
    FileKeys.create(other)

    assert isinstance(refused(settings(folder, keys_folder=other)), OtherKeys)


@pytest.mark.parametrize("name", NAMES)
def test_one_missing_key_is_refused_by_its_name(folder: Path, name: str) -> None:
    (folder / "keys" / name).unlink()

    error = refused(settings(folder))

    assert isinstance(error, KeysMissing)
    assert name in error.detail


@pytest.mark.parametrize("name", NAMES)
def test_a_key_that_others_can_read_is_refused(folder: Path, name: str) -> None:
    (folder / "keys" / name).chmod(0o640)

    assert isinstance(refused(settings(folder)), KeysUnsafe)


@pytest.mark.parametrize("content", ["", "no hex at all", "00" * 31])
def test_a_key_that_is_no_key_is_refused_with_a_code(folder: Path, content: str) -> None:
    (folder / "keys" / "vault.key").write_text(content)

    assert isinstance(refused(settings(folder)), KeysMissing)


@pytest.mark.parametrize("create", [True, False])
def test_new_keys_are_never_made_over_old_data(folder: Path, *, create: bool) -> None:
    keys = folder / "keys"
    for one in keys.iterdir():
        one.unlink()

    with pytest.raises(KeysMissing):
        open_database(settings(folder), create=create)
    assert list(keys.iterdir()) == []


def test_half_a_set_of_keys_is_never_completed_with_new_ones(folder: Path) -> None:
    (folder / "keys" / "log.key").unlink()

    with pytest.raises(KeysMissing):
        open_database(settings(folder), create=True)
    assert not (folder / "keys" / "log.key").exists()


def test_new_keys_are_never_made_over_a_vault_whose_database_is_gone(folder: Path) -> None:
    starts(settings(folder))
    sealed = folder / "hoede" / "vault" / "objects" / "evi_1"
    sealed.write_bytes(b"sealed under keys that are lost for now")
    for one in (*(folder / "keys").iterdir(), *(folder / "hoede").glob("hoede.sqlite*")):
        one.unlink()

    with pytest.raises(KeysMissing):
        open_database(settings(folder), create=True)


def test_a_new_folder_gets_keys_and_schema(tmp_path: Path) -> None:
    db, _ = open_database(settings(tmp_path / "new"), create=True)
    db.close()

    starts(settings(tmp_path / "new"))


def test_without_migrating_nothing_starts(folder: Path) -> None:
    (folder / "hoede" / "hoede.sqlite").unlink()

    assert isinstance(refused(settings(folder)), SchemaOutdated)


def test_folders_of_data_and_keys_are_the_owners_alone(folder: Path) -> None:
    starts(settings(folder))
    made = [folder / "keys", folder / "hoede", *(folder / "hoede").rglob("*")]

    assert [one for one in made if one.is_dir() and one.stat().st_mode & 0o077] == []


def test_production_on_a_server_that_does_not_sync_does_not_start(
    clean: Path, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The PostgreSQL of a test run does not: a power cut would take what was committed."""
    url = databases.bare("postgresql", tmp_path_factory.mktemp("server"))
    move_database(settings(clean, database_url=url), settings(clean).url_of_database)

    assert "runs with fsync off" in refused(production(clean, database_url=url)).detail


def test_a_rehearsal_on_such_a_server_is_warned(
    folder: Path, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> None:
    db = Database(databases.bare("postgresql", tmp_path_factory.mktemp("server")), key=b"")
    migrate(db)
    warned = list(about_database(db))
    db.close()

    assert [one for one in warned if "fsync off" in one]


def test_folders_are_told_that_lie_in_one_another_or_are_open_to_others(tmp_path: Path) -> None:
    config = settings(tmp_path, keys_folder=tmp_path / "hoede" / "keys")
    config.keys_folder.mkdir(parents=True)
    config.data_folder.chmod(0o755)

    told = " ".join(about_folders(config))

    assert ("lie in one another" in told, "data_folder can be entered by others" in told) == (True, True)


def test_keys_on_the_disk_of_the_data_are_told(folder: Path) -> None:
    assert "on the same file system" in " ".join(about_folders(settings(folder)))
