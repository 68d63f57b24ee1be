"""Reporting: from a case to an authority's receipt, exactly once and never lost.

A report is a saga: every call is announced in our rows before it is made and noted after it was
answered, so that whoever goes on after a crash knows what is certain and what is in doubt.
"""

from hoede.reporting.port import Authority, AuthoritySettings, NoReply, Reply, ReplyKind
from hoede.reporting.registry import all_authorities
from hoede.reporting.rules import (
    After,
    Draft,
    DraftFile,
    IpEvent,
    Saga,
    SagaFile,
    SagaState,
    Step,
    StepKind,
    Suspect,
    after_reply,
    after_restore,
    announce,
    next_step,
)

__all__ = [
    "After",
    "Authority",
    "AuthoritySettings",
    "Draft",
    "DraftFile",
    "IpEvent",
    "NoReply",
    "Reply",
    "ReplyKind",
    "Saga",
    "SagaFile",
    "SagaState",
    "Step",
    "StepKind",
    "Suspect",
    "after_reply",
    "after_restore",
    "all_authorities",
    "announce",
    "next_step",
]
