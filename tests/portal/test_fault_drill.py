"""After every bad day nothing is lost, nothing is doubled, the fault has its flag, and the good day after is good."""

import pytest
from sqlalchemy import func, select

from portal.models import RecordRow
from tests.drill import FAULTS, KNOWN, drill


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_bad_day_costs_nothing(portal, agency, fault):
    def published():
        with portal.database.read() as session:
            return session.scalar(select(func.count()).select_from(RecordRow).where(RecordRow.state == "published"))

    came = drill(portal, agency, fault, published)
    assert (came.run.state, tuple(came.run.flag_codes[: len(fault.codes)])) == (fault.state, fault.codes), (came.run.reason, came.run.flags)
    assert fault.codes or came.run.state == "failed" or came.run.flags == []
    assert came.run.withdrawn == 0 and came.run.finished_at
    assert came.seen >= fault.seen and came.published >= KNOWN
    # What the fault invented (endless paging does) is not withdrawn on one good day's word where that is less than half.
    assert came.after.state in ("complete", "suspect") and came.after.new == 0
    assert came.after.unchanged + came.after.changed == KNOWN
