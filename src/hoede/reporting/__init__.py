"""Reporting: from a case to an authority's receipt, exactly once and never lost.

A report is a saga: every call is announced in our rows before it is made and noted after it was
answered, so that whoever goes on after a crash knows what is certain and what is in doubt.
"""

from hoede.reporting.drafts import (
    Contact,
    Device,
    Draft,
    DraftFile,
    Involved,
    IpEvent,
    Lack,
    Mark,
    Place,
    Role,
    Suspect,
    Told,
    lacks,
    may_be_batched,
)
from hoede.reporting.port import Authority, AuthoritySettings, NoReply, Reply, ReplyKind
from hoede.reporting.registry import AuthorityKind, all_authorities
from hoede.reporting.rules import (
    After,
    Saga,
    SagaFile,
    SagaState,
    Stage,
    Step,
    StepKind,
    after_reply,
    after_restore,
    announce,
    next_step,
    stage_of,
    unattended_at_most,
)

__all__ = [
    "After",
    "Authority",
    "AuthorityKind",
    "AuthoritySettings",
    "Contact",
    "Device",
    "Draft",
    "DraftFile",
    "Involved",
    "IpEvent",
    "Lack",
    "Mark",
    "NoReply",
    "Place",
    "Reply",
    "ReplyKind",
    "Role",
    "Saga",
    "SagaFile",
    "SagaState",
    "Stage",
    "Step",
    "StepKind",
    "Suspect",
    "Told",
    "after_reply",
    "after_restore",
    "all_authorities",
    "announce",
    "lacks",
    "may_be_batched",
    "next_step",
    "stage_of",
    "unattended_at_most",
]
