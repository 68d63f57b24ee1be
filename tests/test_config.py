"""One frozen configuration: strict, from a file and the environment, without a secret in it."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from tests.parts import secret_file, toml, values

from hoede.config import Config, ConfigError, parse_config, read_config, read_secret


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Any]:
    return values(tmp_path / "hoede")


@pytest.fixture
def file(tmp_path: Path, told: dict[str, Any]) -> Path:
    path = tmp_path / "hoede.toml"
    path.write_text(toml(told))
    return path


def service(told: dict[str, Any], **more: Any) -> dict[str, Any]:
    return told | {"services": {"plein": told["services"]["plein"] | more}}


def authority(told: dict[str, Any], **more: Any) -> dict[str, Any]:
    return told | {"authorities": {"ncmec": told["authorities"]["ncmec"] | more}}


def test_a_file_and_the_same_values_are_the_same_configuration(file: Path, told: dict[str, Any]) -> None:
    assert read_config(file, {}) == parse_config(told)


def test_the_file_may_be_named_by_the_environment(file: Path, told: dict[str, Any]) -> None:
    assert read_config(None, {"HOEDE_CONFIG": str(file)}) == parse_config(told)


def test_a_file_that_is_named_wins_over_the_environments(file: Path, tmp_path: Path) -> None:
    other = {"HOEDE_CONFIG": str(tmp_path / "nowhere.toml")}

    assert read_config(file, other) == read_config(file, {})


def test_the_environment_wins_over_the_file(file: Path) -> None:
    config = read_config(file, {"HOEDE_PORT": "8411", "HOEDE_CALL_AFTER_TRIES": "7"})

    assert (config.port, config.call_after_tries) == (8411, 7)


def test_other_variables_are_not_ours(file: Path) -> None:
    assert read_config(file, {"PORT": "1", "XHOEDE_PORT": "1"}) == read_config(file, {})


WRONG = [
    (lambda told: told | {"colour": "red"}, "colour: unknown key"),
    (lambda told: service(told, webhook="x"), "services.plein.webhook: unknown key"),
    (lambda told: authority(told, password="x"), "authorities.ncmec.password: unknown key"),
    (lambda told: told | {"port": 70_000}, "port: "),
    (lambda told: told | {"lease_s": 0}, "lease_s: "),
    (lambda told: told | {"hold_answer_ms": 0}, "hold_answer_ms: "),
    (lambda told: told | {"deployment": "staging"}, "deployment: "),
    (lambda told: told | {"services": {}}, "services: "),
    (lambda told: told | {"authorities": {}}, "authorities: "),
    (lambda told: service(told, webhook_secret_files=[]), "services.plein.webhook_secret_files: "),
    (lambda told: service(told, media_hosts=["*"]), "services.plein.media_hosts: *: "),
    (lambda told: service(told, media_hosts=["10.0.0.1"]), "services.plein.media_hosts: 10.0.0.1: "),
    (lambda told: service(told, media_hosts="cdn.plein.example"), "services.plein.media_hosts: "),
    (lambda told: service(told, age_proofs={"a": "plein/age"}), "services.plein.age_proofs: age_proofs.a: "),
    (lambda told: service(told, age_proofs={"a": "javascript:x"}), "services.plein.age_proofs: "),
    (lambda told: service(told, age_proofs={"a": "http://plein.example/"}), "services.plein.age_proofs: "),
    (lambda told: told | {"fetch_within_s": 0}, "fetch_within_s: "),
    (lambda told: told | {"acts_alone": {"ncmec": ""}}, "acts_alone.ncmec: write down who"),
    (lambda told: told | {"acts_alone": {"ncmec": "yes"}}, "acts_alone.ncmec: write down who"),
]


@pytest.mark.parametrize(("change", "says"), WRONG)
def test_what_is_wrong_is_named_by_its_key(told: dict[str, Any], change: Any, says: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_config(change(told))

    assert refused.value.detail.startswith(says)


NEEDED = ["deployment", "data_folder", "keys_folder", "services", "authorities"]


@pytest.mark.parametrize("key", NEEDED)
def test_what_has_no_working_value_when_absent_is_needed(told: dict[str, Any], key: str) -> None:
    del told[key]

    with pytest.raises(ConfigError, match=f"{key}: is needed"):
        parse_config(told)


def test_everything_else_has_a_working_value_when_absent(told: dict[str, Any]) -> None:
    assert parse_config({key: told[key] for key in NEEDED}).port == 8400


def test_several_wrong_keys_are_all_named(told: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"colour: unknown key.*; shape: unknown key"):
        parse_config(told | {"colour": "red", "shape": "round"})


def test_an_unknown_variable_of_ours_is_refused_by_name(file: Path) -> None:
    with pytest.raises(ConfigError, match="colour: unknown key"):
        read_config(file, {"HOEDE_COLOUR": "red"})


@pytest.mark.parametrize("table", ["SERVICES", "AUTHORITIES", "ACTS_ALONE", "SHADOW_DETECTORS"])
def test_a_table_in_the_environment_is_refused(file: Path, table: str) -> None:
    with pytest.raises(ConfigError, match=f"HOEDE_{table}: tables and lists are given in the file only"):
        read_config(file, {f"HOEDE_{table}": "{}"})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"There is no config file .*nowhere\.toml"):
        read_config(tmp_path / "nowhere.toml", {})


def test_a_folder_is_no_configuration_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read_config(tmp_path, {})


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_named(file: Path, content: bytes) -> None:
    file.write_bytes(content)

    with pytest.raises(ConfigError, match=r"hoede\.toml is not TOML"):
        read_config(file, {})


BOTH = [
    ("production", "simulator", False),
    ("production", "test", False),
    ("demo", "production", False),
    ("rehearsal", "production", False),
    ("production", "production", True),
    ("rehearsal", "test", True),
    ("demo", "simulator", True),
]


@pytest.mark.parametrize(("deployment", "environment", "taken"), BOTH)
def test_reports_go_to_a_production_authority_only_when_both_say_so(
    told: dict[str, Any], deployment: str, environment: str, *, taken: bool
) -> None:
    both = authority(told, environment=environment) | {"deployment": deployment}

    if taken:
        assert parse_config(both).production is (deployment == "production")
        return
    with pytest.raises(ConfigError, match="only when both say so"):
        parse_config(both)


@pytest.mark.parametrize("deployment", ["demo", "rehearsal", "production"])
@pytest.mark.parametrize("host", ["http://127.0.0.1:8500", "https://127.8.9.1", "http://[::1]:8500"])
def test_only_a_deployment_that_rehearses_fetches_from_its_own_machine(
    told: dict[str, Any], host: str, deployment: str
) -> None:
    environment = "production" if deployment == "production" else "simulator"
    both = service(authority(told, environment=environment), media_hosts=[host]) | {"deployment": deployment}

    if deployment != "production":
        assert len(parse_config(both).services["plein"].media_rules) == 1
        return
    with pytest.raises(ConfigError, match=r"services\.plein\.media_hosts: production does not fetch"):
        parse_config(both)


def test_production_sends_nobody_to_its_own_machine_to_prove_an_age(told: dict[str, Any]) -> None:
    proofs = {"platform-verified": "http://127.0.0.1:8500/verify"}
    demo = service(authority(told, environment="simulator"), age_proofs=proofs)
    production = authority(demo, environment="production") | {"deployment": "production"}
    assert parse_config(demo).services["plein"].age_proofs == proofs
    with pytest.raises(ConfigError, match=r"services\.plein\.age_proofs: production sends nobody"):
        parse_config(production)


def test_there_is_no_address_of_an_authority_unless_it_is_given(told: dict[str, Any]) -> None:
    del told["authorities"]["ncmec"]["url"]

    with pytest.raises(ConfigError, match=r"authorities\.ncmec\.url: is needed"):
        parse_config(told)


def test_a_configuration_cannot_be_changed(told: dict[str, Any]) -> None:
    config = parse_config(told)

    with pytest.raises(ValidationError):
        config.port = 1


def test_the_database_is_sqlite_in_the_data_folder_unless_another_is_named(told: dict[str, Any]) -> None:
    own = parse_config(told)
    other = parse_config(told | {"database_url": "postgresql://db/hoede"})

    assert own.url_of_database == f"sqlite:///{own.data_folder}/hoede.sqlite"
    assert other.url_of_database == "postgresql://db/hoede"


def test_a_secret_is_read_without_the_space_around_it(tmp_path: Path) -> None:
    assert read_secret(secret_file(tmp_path, "secret", "  opensesame\n")) == "opensesame"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o601])
def test_a_secret_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = secret_file(tmp_path, "secret")
    path.chmod(mode)

    with pytest.raises(ConfigError, match="can be read by others"):
        read_secret(path)


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is empty"):
        read_secret(secret_file(tmp_path, "secret", " \n"))


def test_a_secret_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere cannot be read"):
        read_secret(tmp_path / "nowhere")


def test_a_secret_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = secret_file(tmp_path, "secret")
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigError, match="is not text"):
        read_secret(path)


def test_a_refusal_never_repeats_a_secret(told: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_config(authority(told, password="MARKER-4711"))

    assert "MARKER-4711" not in refused.value.detail


def test_every_number_has_its_unit_in_its_name() -> None:
    units = ("_s", "_ms", "_bytes", "_days", "_percent")
    plain = {
        "port",
        "mail_port",
        "serve_workers",
        "call_after_tries",
        "media_children",
    }  # numbers, and counts
    plain |= {"industry_quorum", "breaker_accounts", "allow_sample_weekly", "shown_from"}  # counts, too
    plain |= {"agreement_floor"}  # a kappa
    numbers = {name for name, field in Config.model_fields.items() if field.annotation in {int, float}}

    assert {name for name in numbers - plain if not name.endswith(units)} == set()


def test_every_field_says_what_it_is_for() -> None:
    assert [name for name, field in Config.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"mail_host": "mail.example"}, "letters need a sender"),
        ({"mail_user": "us"}, "go together"),
        ({"mail_security": "perhaps"}, "mail_security"),
        ({"mail_port": 0}, "mail_port"),
    ],
)
def test_letters_need_a_sender_and_a_password_with_the_name(
    told: dict[str, Any], more: dict[str, Any], says: str
) -> None:
    with pytest.raises(ConfigError, match=says):
        parse_config(told | more)
