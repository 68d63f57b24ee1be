"""Access: who may do what here. Machines by API key, people by passkey, session and role."""

from hoede.access.ceremonies import Ceremonies
from hoede.access.people import Person, PersonKind, PersonUnknown, all_people, find_person
from hoede.access.roles import Permission, Roles, RolesError, RoleUnknown, parse_roles
from hoede.access.rules import ApiKey, KeyKind, KeyRefused, Scope
from hoede.access.sessions import Session
from hoede.access.store import create_key, key_for, revoke_key
from hoede.access.webauthn_check import RelyingParty

__all__ = [
    "ApiKey",
    "Ceremonies",
    "KeyKind",
    "KeyRefused",
    "Permission",
    "Person",
    "PersonKind",
    "PersonUnknown",
    "RelyingParty",
    "RoleUnknown",
    "Roles",
    "RolesError",
    "Scope",
    "Session",
    "all_people",
    "create_key",
    "find_person",
    "key_for",
    "parse_roles",
    "revoke_key",
]
