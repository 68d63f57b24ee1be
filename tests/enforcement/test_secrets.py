"""Webhook secrets as Standard Webhooks wants them."""

import base64

import pytest

from hoede.enforcement.platforms.webhook import SecretInvalid, check_secret, new_secret


@pytest.mark.parametrize("count", [24, 32, 64])
def test_a_secret_we_make_is_one_we_take(count: int) -> None:
    secret = new_secret(bytes(range(count)))
    check_secret(secret)
    assert secret.startswith("whsec_")
    assert base64.b64decode(secret.removeprefix("whsec_")) == bytes(range(count))


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "guess",  # no base64
        new_secret(bytes(23)),  # too short to be safe
        new_secret(bytes(65)),  # too long for the standard
        new_secret(bytes(32)).removeprefix("whsec_"),  # without the mark that tells it from a password
        new_secret(bytes(32)) + "!",
        new_secret(bytes(32))[:-2],  # cut off
    ],
)
def test_what_is_no_secret_is_refused_and_never_repeated(secret: str) -> None:
    with pytest.raises(SecretInvalid) as caught:
        check_secret(secret)
    assert "keys webhook-secret" in caught.value.detail
    assert not secret or secret not in caught.value.detail
