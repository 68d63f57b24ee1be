"""The audit log: what happened, in an order nobody can change unseen.

Every step adds unnumbered leaves in its own transaction. One sequencer at a time, by lease,
numbers them into an RFC 6962 tree and signs the head. `verify` does it all again and compares, also with
heads that others kept. Anybody can check a copy or a proof with `independent.py` alone.
"""

from hoede.audit.jobs import LEASE, LEASE_NAME, Sequencer
from hoede.audit.rules import Frontier, Head, LogKey, change_message, head_message, leaf_hash, root_hash
from hoede.audit.verify import Expected, Verdict, verify, verify_alone

__all__ = [
    "LEASE",
    "LEASE_NAME",
    "Expected",
    "Frontier",
    "Head",
    "LogKey",
    "Sequencer",
    "Verdict",
    "change_message",
    "head_message",
    "leaf_hash",
    "root_hash",
    "verify",
    "verify_alone",
]
