"""The fault drill as a table: what every bad day really came to."""

import tempfile
from pathlib import Path

from sqlalchemy import func, select

from portal import create_app, schema
from portal.models import RecordRow
from portal.settings import Settings
from tests.drill import FAULTS
from tests.drill import drill as play
from tests.harvesters.agency import Agency


def drill() -> None:
    """Each fault with a portal of its own: 30 records are known, then comes the bad day, then a good one."""
    print("| fault | run | flag | seen that day | readers still have | the day after |\n|---|---|---|---|---|---|")
    for fault in FAULTS:
        with tempfile.TemporaryDirectory() as folder:
            agency = Agency()
            try:
                print(_row(Path(folder), agency, fault), flush=True)
            finally:
                agency.close()


def _row(folder: Path, agency: Agency, fault: object) -> str:
    app = create_app(Settings(data_dir=folder, trusted_networks=Settings.__dataclass_fields__["trusted_networks"].default))
    portal = app.extensions["clerestory"]
    schema.upgrade(portal.database)

    def published() -> int:
        with portal.database.read() as session:
            return session.scalar(select(func.count()).select_from(RecordRow).where(RecordRow.state == "published")) or 0

    came = play(portal, agency, fault, published)  # type: ignore[arg-type]
    portal.close()
    flags = ", ".join(f"`{code}`" for code in dict.fromkeys(came.run.flag_codes)) or "–"
    after = f"{came.after.state}, {came.after.new} new, {came.after.withdrawn} withdrawn"
    return f"| {came.fault.name} | {came.run.state} | {flags} | {came.seen} | {came.published} | {after} |"
