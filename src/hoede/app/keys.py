"""Whether a key folder is a database's: told by the key that never changes, and by those that may."""

from hoede.audit.store import check_log_key
from hoede.db import Transaction
from hoede.db.key_check import check_keys
from hoede.evidence.vault_keys import check_vault_keys
from hoede.keys import FileKeys


def check_key_folder(tx: Transaction, keys: FileKeys) -> None:
    """Note the keys of a new database. Raises `OtherKeys` or `KeysMissing`, saying which key is wrong."""
    check_keys(tx, keys.fingerprint(), keys.fingerprint_before_rotation())
    check_vault_keys(tx, keys.vault_ids, keys.vault_id)
    check_log_key(tx, keys.log_keys, keys.log_key.public_bytes_raw())
