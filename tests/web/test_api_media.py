"""Hostile media told as events: the code of the refusal or an ordinary answer, and nothing half kept."""

import hashlib
import itertools

import pytest
from tests.media.hostile import EXACT, LOOK, Case, cases
from tests.parts import fresh, import_list
from tests.pictures import drawn, encoded
from tests.web.api import ALLOWED, Api, event

SELECTED = list(itertools.islice(cases(), 3, None, 9))
PICTURE = encoded(drawn(1, 97, 61), "JPEG")


def left(api: Api) -> list[str]:
    """Files of uploads that lie about though nothing is held."""
    data = api.hoede.config.data_folder
    return [path.name for part in ("spool", "vault/intake") for path in (data / part).iterdir()]


@pytest.mark.parametrize("case", SELECTED, ids=str)
def test_a_hostile_file_is_answered_as_its_verdict_says(api: Api, case: Case) -> None:
    told, media, before = event(), case.make(), left(api)
    answer = api.tell(told, media or b"hoede")

    if answer.status == 200:
        assert (answer.body, bool({LOOK, EXACT} & set(case.must.split("|")))) == (ALLOWED, True)
        return
    assert answer.said == (422, next(one for one in case.must.split("|") if one.startswith("media")))
    assert (api.kept(told["id"]), api.orders(told["id"]), left(api)) == (None, [], before)


@pytest.mark.parametrize("case", SELECTED[::6], ids=str)
def test_a_hostile_file_that_is_listed_is_held_whatever_it_is(api: Api, case: Case) -> None:
    media = case.make() + fresh("case").encode()
    import_list(api.hoede.db, fresh("list"), f"sha256\n{hashlib.sha256(media).hexdigest()}\n")

    assert api.tell(event(), media).body["answer"] == "hold"


@pytest.mark.parametrize("declared", ["text/html", "image/gif", "application/zip", "video/mp4", "?", ""])
def test_what_a_platform_declares_is_not_believed(api: Api, declared: str) -> None:
    assert api.tell(event(media_type=declared), PICTURE).body == ALLOWED
    assert api.tell(event(media_type=declared), PICTURE[:300]).said == (422, "media-unreadable")


def test_after_all_of_it_a_picture_is_looked_at(api: Api) -> None:
    assert api.tell(event(), PICTURE).body == ALLOWED
