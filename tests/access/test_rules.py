"""API keys: well formed or not, good or not."""

from datetime import UTC, datetime, timedelta

import pytest

from hoede.access.rules import ApiKey, Scope, digest_of, prefix_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "prefix"),
    [
        ("hk_abc_secret", "abc"),
        ("hk_abc_se_cr_et", "abc"),  # the secret may hold underscores
        ("hk_abc", None),  # no secret
        ("sk_abc_secret", None),  # not one of ours
        ("HK_abc_secret", None),
        ("abc", None),
        ("", None),
    ],
)
def test_the_prefix_is_the_public_part_of_a_well_formed_key(key: str, prefix: str | None) -> None:
    assert prefix_of(key) == prefix


def test_a_digest_tells_keys_apart_and_tells_nothing_else() -> None:
    assert digest_of("hk_abc_secret") != digest_of("hk_abc_Secret")
    assert len(digest_of("hk_abc_secret")) == 64
    assert "secret" not in digest_of("hk_abc_secret")


@pytest.mark.parametrize(
    ("expires", "revoked", "good"),
    [
        (NOW + timedelta(milliseconds=1), None, True),
        (NOW, None, False),  # expired at this moment
        (NOW - timedelta(days=1), None, False),
        (NOW + timedelta(days=1), NOW, False),  # revoked
        (NOW + timedelta(days=1), NOW + timedelta(hours=1), False),  # revoked counts whatever the clock says
    ],
)
def test_a_key_is_good_until_it_expires_or_is_revoked(
    expires: datetime, revoked: datetime | None, *, good: bool
) -> None:
    key = ApiKey(
        prefix="abc",
        service="plein",
        scopes=frozenset({Scope.EVENTS}),
        expires_at=expires,
        revoked_at=revoked,
    )
    assert key.good(NOW) is good
