"""Cases for the pages of them: a real upload of the test card by an account of unknown age, held and kept."""

from dataclasses import dataclass

from tests.web.api import Api
from tests.web.passkeys import Seat, signed_in

from hoede.review import CaseRow
from hoede.review import store as review


@dataclass(frozen=True)
class Judges:
    """One Hoede with people at its desks."""

    api: Api

    def case(self, account: str = "a-1", **more: str) -> CaseRow:
        """What an upload of this account led to."""
        self.api.card(account=account, **more)
        waits = self.api.hoede.db.read(review.queue)
        return next(one for one in waits if one.account == account)

    def seat(self, *roles: str, name: str = "Mira") -> Seat:
        return signed_in(self.api.hoede, *(roles or ("judge",)), name=name)[0]

    def now(self, case: CaseRow) -> CaseRow:
        found = self.api.hoede.db.read(lambda conn: review.find_case(conn, case.id))
        assert found is not None
        return found
