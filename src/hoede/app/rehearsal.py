"""A rehearsal: a whole deployment over one folder, against stand-ins, with one list of harmless triggers.

The demo, the benches and the crash tests run on it. It refuses a production authority as any deployment does.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hoede.access import Scope, create_key
from hoede.app.build import open_database
from hoede.app.ids import new_id
from hoede.config import Config
from hoede.core.findings import Category
from hoede.enforcement.platforms.webhook import new_secret
from hoede.lists import ListFacts, Standing, read_lines
from hoede.lists.jobs import import_lines

SERVICE = "plein"
LIST = "rehearsal"


def settings(
    folder: Path,
    *,
    hook: str,
    authority: str,
    login: tuple[str, str],
    more: Mapping[str, Any],
    proofs: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Values for `parse_config`; the secret files they name are made in `folder` where they are new.

    `hook` is where orders go, `authority` the stand-in's address, `proofs` where people prove their age;
    `more` goes on top.
    """
    user, password = login
    _keep(secret_file(folder), new_secret(secrets.token_bytes(32)))
    password_file = _keep(folder / "authority.password", password)
    service = {
        "name": "Plein",
        "webhook_url": hook,
        "webhook_secret_files": [str(secret_file(folder))],
        "rule": "Plein 2.1",
        "age_proofs": dict(proofs),
    }
    ncmec = {
        "environment": "simulator",
        "url": authority,
        "user": user,
        "password_file": str(password_file),
        "timeout_s": 10,
        "reporter_first_name": "Rehearsal",
        "reporter_last_name": "Desk",
        "reporter_email": "desk@plein.example",
    }
    return {
        "deployment": "rehearsal",
        "double_review_percent": 0,  # a rehearsal has few people
        "allow_sample_weekly": 0,
        "data_folder": str(folder / "hoede"),
        "keys_folder": str(folder / "keys"),
        "acts_alone": {LIST: "Switched on for this rehearsal, to show the whole way."},
        "breaker_accounts": 100_000,  # the few entries of a rehearsal hit everybody in it
        "services": {SERVICE: service},
        "authorities": {"ncmec": ncmec},
        **more,
    }


def secret_file(folder: Path) -> Path:
    return folder / "webhook.secret"


def prepare(config: Config, triggers: Iterable[bytes]) -> str:
    """Keys, schema and a list of these harmless files; returns a fresh API key with every scope."""
    db, _ = open_database(config, create=True)
    digests = [hashlib.sha256(trigger).hexdigest() for trigger in triggers]
    facts = ListFacts(
        name=LIST,
        source="the rehearsal itself: generated pictures, harmless",
        standing=Standing.VERIFYING_AUTHORITY,
        category=Category.CSEA,
        rehearsal=True,
        bank="rehearsal",
    )
    text = "\n".join(("sha256", *digests))
    whole = hashlib.sha256(text.encode()).hexdigest()
    import_lines(db, facts, read_lines(text, "csv"), import_id=new_id("imp"), file_sha256=whole)
    api_key = db.commit(
        lambda tx: create_key(
            tx,
            prefix=secrets.token_hex(4),
            secret=secrets.token_urlsafe(32),
            service=SERVICE,
            scopes=list(Scope),
            lasts=timedelta(days=1),
        )
    )
    db.close()
    return api_key


def _keep(path: Path, fresh: str) -> Path:
    """A secret file, made once."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(fresh)
    return path
