"""What councils with Legistar have in common: types of matters, their states, roll calls, local times."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..record import Vote, Votes
from ..source import Source

# Words in the type of a matter → axis and type. The declaration's rules come first; the rest are decisions.
MATTERS = (
    (r"local law|introduction|ordinance|council bill|\bbill\b|charter|legislation|code amendment", "policy", "law"),
    (r"budget|appropriation", "policy", "budget"),
    (r"rule|regulation|administrative order", "policy", "regulation"),
    (r"\bplan\b|planning document", "policy", "plan"),
    (r"policy|guideline", "policy", "guideline"),
    (r"agreement|treaty|memorandum of understanding", "decision", "contract"),
    (r"contract|purchase|procurement|bid\b", "decision", "contract"),
    (r"award", "decision", "award"),
    (r"grant", "decision", "grant"),
    (r"appointment|nomination|commissioner of deeds|confirmation", "decision", "appointment"),
    (r"land use|zoning|permit|licen[cs]e|plat|annexation|variance|conditional use", "decision", "permit"),
    (r"resolution|motion|clerk file.*resolution", "decision", "resolution"),
    (r"audit", "outcome", "audit"),
    (r"report|oversight|study", "outcome", "report"),
    (r"communication|message|information|presentation|proclamation|announcement|notice|hearing|petition", "decision", "notice"),
)  # fmt: skip
_PASSED = re.compile(r"^(enacted|adopted|approved|passed|signed|effective|certified|confirmed|accepted)", re.IGNORECASE)
_FAILED = re.compile(r"failed|defeated|disapproved|rejected|denied|vetoed|not (adopted|approved|passed)", re.IGNORECASE)
_ENDED = re.compile(r"withdrawn|filed|closed|expired|tabled indefinitely|died|received|retired|completed", re.IGNORECASE)
_CHOICES = (
    ("for", r"^(affirmative|yes|yea|aye|ayes|in favou?r|for|approve|concur)\b"),
    ("against", r"^((negative|no|nay|noes|against)\b|oppos|den(y|ied)|dissent)"),
    ("recused", r"recus|conflict of interest"),
    ("abstain", r"^(abstain|abstention|present\W*(not|but) voting|pass$|neutral)"),
)  # fmt: skip
_MAPPED = re.compile(r"^(recused?|affirmative|yes|yea|aye|ayes|for|in favou?r|negative|no|nay|against|abstain(ed)?|abstention|absent)$", re.IGNORECASE)


def place_matter(source: Source, kind: str, title: str, body: str) -> tuple[str, str, str]:
    """The axis and type of a matter, and by which rule."""
    traits = {"type": [kind], "title": [title], "group": [body]}
    placement = source.model_copy(update={"axis": None}).place_record(traits)
    if placement:
        return placement.axis, placement.type or "other", placement.rule
    for pattern, axis, type_ in MATTERS:
        if re.search(pattern, kind, re.IGNORECASE):
            return axis, type_, f"the kind: a matter of the type “{kind}” is {'an' if axis == 'outcome' else 'a'} {axis}"[:300]
    return "decision", "other", "the kind: a matter before a council is a decision"


def status_of(axis: str, name: str) -> str | None:
    """The state of a matter; None where its name says too little."""
    if _FAILED.search(name):
        return "rejected"
    if _PASSED.search(name):
        return "in_force" if axis == "policy" else "approved"
    if _ENDED.search(name):
        return "closed"
    return "proposed" if axis == "policy" and name else None


def votes_of(
    cast: Iterable[tuple[str, str, str]], result: str = "", method: str | None = None, offices: Mapping[str, str] = {}
) -> tuple[Votes | None, list[str]]:
    """A roll call out of names, what each said, and their parties; and, in words, what the choices lose: who was excused or
    ill counts as absent. `offices`: by name, the office held on that day."""
    votes, lost = [], []
    for name, said, party in cast:
        if not name or not said:
            continue
        choice = next((code for code, pattern in _CHOICES if re.search(pattern, said.strip(), re.IGNORECASE)), "absent")
        plain = bool(_MAPPED.match(said.strip()))
        votes.append(
            Vote(name=name[:300], choice=choice, party=party[:300], office=offices.get(name, "")[:300], said="" if plain else said.strip()[:100])
        )
        lost += [] if plain else [f"{name}: {said.strip()}"]
    if not votes:
        return (Votes(result=result[:300], method=method) if result or method else None), []
    count = {code: sum(vote.choice == code for vote in votes) for code in ("for", "against", "abstain", "absent", "recused")}
    return Votes(
        result=result[:300], in_favour=count["for"], against=count["against"], abstained=count["abstain"], absent=count["absent"],
        recused=count["recused"] or None, method=method, roll_call=tuple(votes),
    ), lost  # fmt: skip


def local_moment(day: str | None, clock: str | None, zone: ZoneInfo) -> str | None:
    """A day and a time of day ("10:00 AM") of a place as a moment; the day alone where the time says nothing."""
    if not day:
        return None
    start = str(day)[:10]
    found = re.fullmatch(r"\s*(\d{1,2}):(\d\d)(?::\d\d)?\s*([AaPp])?\.?[Mm]?\.?\s*", clock or "")
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return start
    hour = int(found[1]) % 12 + (12 if (found[3] or "").lower() == "p" else 0) if found[3] else int(found[1])
    moment = datetime.fromisoformat(f"{start}T{hour:02}:{found[2]}:00").replace(tzinfo=zone)
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def offices_on(records: Iterable[Any], day: str, body: str) -> dict[str, str]:
    """Who held which office of a body on a day, by name, out of Legistar's office records. Of two records of one person the
    one that began last counts."""
    found: dict[str, tuple[str, str]] = {}
    for name, title, start in _held(records, day, lambda of: of == body):
        if title and (name not in found or start >= found[name][0]):
            found[name] = (start, title)
    return {name: title for name, (_start, title) in found.items()}


def parties_on(records: Iterable[Any], day: str, parties: Mapping[str, str]) -> dict[str, str]:
    """Who belonged to which party on a day: membership in the bodies that the declaration calls a party's."""
    found: dict[str, set[str]] = {}
    for body, party in parties.items():
        for name, _title, _start in _held(records, day, lambda of, body=body: of == body):
            found.setdefault(name, set()).add(party)
    # Who is in two is in neither for certain.
    return {name: next(iter(several)) for name, several in found.items() if len(several) == 1}


def _held(records: Iterable[Any], day: str, wanted: Any) -> Iterable[tuple[str, str, str]]:
    for one in records:
        if not isinstance(one, dict) or not wanted(str(one.get("OfficeRecordBodyName") or "").strip()):
            continue
        start, end = (str(one.get(f"OfficeRecord{name}Date") or "")[:10] for name in ("Start", "End"))
        if start and start <= day and (not end or day <= end):
            yield str(one.get("OfficeRecordFullName") or "").strip(), str(one.get("OfficeRecordTitle") or "").strip(), start
