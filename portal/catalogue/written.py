"""What an agency wrote before, for proposing it again: keywords, indicators, units, bodies, the other side."""

from collections import Counter
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..models import RecordRow

Written = Literal["keywords", "indicators", "units", "bodies", "parties"]
_FIELDS: dict[Written, str] = {"keywords": "keywords", "indicators": "indicator", "units": "unit", "bodies": "decided_by", "parties": "counterparty"}
_NEWEST = 600  # records that are looked through


def written_by(session: Session, agency: str, kind: Written) -> list[str]:
    """What an agency's newest records have in a field, what is written most first."""
    column = RecordRow.data[_FIELDS[kind]]
    rows = session.scalars(select(column).where(RecordRow.publisher == agency, RecordRow.state == "published").order_by(RecordRow.id.desc()).limit(_NEWEST))
    counts: Counter[str] = Counter()
    for value in rows:
        counts.update(_words(value))
    return [words for words, _count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]


def _words(value: Any) -> list[str]:
    return [str(one) for one in value if one] if isinstance(value, list) else [str(value)] if value else []
