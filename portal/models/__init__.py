"""The tables. What a record says is in `records.data`; the columns beside it are what queries ask for."""

from .base import Base, Moment
from .desk import Asked, Bulk, BulkRow, CitedSearch, LogEntry, Mail, Reads
from .files import FileCheck, FileLink, FilePage, KeptFile, StoredFile, Upload
from .harvests import Issue, Lease, Run, ValidatorRow
from .matters import (
    Actor,
    CitationKey,
    CitationName,
    CitationRow,
    CitationState,
    CompletenessCount,
    Decided,
    LinkDecision,
    Party,
    PromiseMark,
    PromiseRow,
)
from .people import ApiKey, Invitation, KeptAnswer, Membership, SignedIn, Try, User
from .records import HIDDEN, Agency, Gone, IdentifierRow, RecordRow, Redirect, RelationRow, Revision, State
from .remarks import Remark

__all__ = [
    "HIDDEN",
    "Actor",
    "Agency",
    "ApiKey",
    "Asked",
    "Base",
    "Bulk",
    "BulkRow",
    "CitationKey",
    "CitationName",
    "CitationRow",
    "CitationState",
    "CitedSearch",
    "CompletenessCount",
    "Decided",
    "FileCheck",
    "FileLink",
    "FilePage",
    "Gone",
    "IdentifierRow",
    "Invitation",
    "Issue",
    "KeptAnswer",
    "KeptFile",
    "Lease",
    "LinkDecision",
    "LogEntry",
    "Mail",
    "Membership",
    "Moment",
    "Party",
    "PromiseMark",
    "PromiseRow",
    "Reads",
    "RecordRow",
    "Redirect",
    "RelationRow",
    "Remark",
    "Revision",
    "Run",
    "SignedIn",
    "State",
    "StoredFile",
    "Try",
    "Upload",
    "User",
    "ValidatorRow",
]
