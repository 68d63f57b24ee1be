"""What a report of a case would lack if it were composed now, shown to whoever judges before it is filed."""

from sqlalchemy import Connection

from hoede import accounts
from hoede.detection import store as events
from hoede.enforcement import store as decisions
from hoede.evidence import EvidenceState
from hoede.evidence import store as evidence
from hoede.reporting import Lack
from hoede.review import AccountIs, CaseRow, blind
from hoede.review import store as review

_KEPT = frozenset({EvidenceState.INTAKE, EvidenceState.SEALED})


def would_lack(conn: Connection, case_id: str, account_is: AccountIs) -> tuple[Lack, ...]:
    """Empty when nothing would, and when there is no such case."""
    case = review.find_case(conn, case_id)
    if case is None:
        return ()
    files = review.files_of(conn, case_id)
    asked = {*(one.event for one in files), *(one.event for one in decisions.of_case(conn, case_id))}
    told = [event for one in asked if (event := events.find(conn, one)) is not None]
    copies = [copy for one in files if (copy := evidence.find(conn, one.evidence)) is not None]
    country = _country(conn, case)
    receivers = any(event.receivers for event in told)
    lacking = {
        Lack.ACCOUNT: account_is is AccountIs.NOBODY and not receivers,
        Lack.WHERE: country is None and not any(event.ip for event in told),
        Lack.MATERIAL: not any(copy.state in _KEPT for copy in copies),
    }
    return tuple(lack for lack, is_so in lacking.items() if is_so)


def _country(conn: Connection, case: CaseRow) -> str | None:
    """Where the account is; of a case of which nothing comes, as its page says it."""
    if case.blind and (own := blind.find(conn, case.id)) is not None:
        return own.snapshot.who.country
    return accounts.account(conn, case.service, case.account).country
