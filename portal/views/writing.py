"""The part of the API that writes: records and files of an agency, by key."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from .. import errors, exports, filetypes, keys, looks, receiving, replies, room, safety
from ..filestore import LARGEST
from ..keys import Caller
from ..look import base_url
from ..models import StoredFile
from ..parts import here
from ..receiving import Receipt, Refused
from ..security import csrf
from .accounts import address_of_asker
from .publish import make_searchable

blueprint = Blueprint("writing", __name__, url_prefix="/api/v1")
# There is no cookie here that a forged request could use: who asks is told by the key alone.
csrf.exempt(blueprint)

_MOST = 20_000_000  # bytes of a record
_STATUS = {"published": 200, "unchanged": 200, "checked": 200, "submitted": 202, "draft": 202}


@blueprint.url_value_preprocessor
def _limit(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    request.max_content_length = LARGEST + 1_000_000 if endpoint == "writing.files" else _MOST


@blueprint.before_request
def _let_in() -> Answer | None:
    scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
    now = datetime.now(UTC)
    with here().database.read() as db:
        caller = keys.find(db, key.strip(), now) if scheme.casefold() == "bearer" else None
        is_new = caller is not None and keys.is_worth_noting(db, caller.key, now, address_of_asker())
    if caller is None:
        detail = _("Send “Authorization: Bearer” and a key that is good. Members of agencies make keys on the page of their account.")
        answer = errors.problem(401, _("This address wants a key"), detail)
        answer.headers["WWW-Authenticate"] = 'Bearer realm="Clerestory"'
        return answer
    if is_new:
        with here().database.write() as db:
            keys.note_use(db, caller.key, now, address_of_asker())
    g.caller = caller
    return None


@blueprint.errorhandler(Refused)
def _refused(error: Refused) -> Answer:
    mistakes = [{"path": one.path, "value": one.value, "message": one.message} for one in error.mistakes]
    answer = errors.problem(error.status, error.title, error.detail, **({"errors": mistakes} if mistakes else {}), **error.more)
    if "version" in error.more:
        answer.headers["ETag"] = f'"{error.more["version"]}"'
    return answer


@blueprint.errorhandler(filetypes.Refused)
def _no_such_file(error: filetypes.Refused) -> Answer:
    return errors.problem(422, _("This file is not taken"), str(error))


def _caller() -> Caller:
    caller: Caller = g.caller
    return caller


def _content() -> Any:
    if request.mimetype != "application/json":
        raise Refused(415, _("This is not JSON"), _("Send “Content-Type: application/json”."))
    try:
        return json.loads(request.get_data())
    except HTTPException:
        raise
    except (ValueError, RecursionError) as error:
        raise Refused(400, _("This is not JSON"), str(error)[:200]) from None


@blueprint.get("/records/<path:identifier>")
def read(identifier: str) -> Answer:
    """A record of the agency as it can be sent again, by its identifier or its number."""
    with here().database.read() as db:
        entry = receiving.find_own(db, _caller(), identifier)
    if entry is None:
        raise Refused(404, _("Your agency has no such record"))
    own = {name: value for name, value in entry.data.items() if name not in ("source", "publisher", "axis_rule")}
    answer = _json(exports.life(entry, f"{base_url()}/records/{entry.number}") | {"record": own}, 200)
    answer.headers["ETag"] = f'"{entry.version}"'
    return answer


@blueprint.post("/records")
def create() -> Answer:
    """A new record. A repeated request with the same idempotency key is answered as the first one was."""
    return _receive("")


@blueprint.put("/records/<path:identifier>")
def put(identifier: str) -> Answer:
    """The record of that identifier: made, or given a new version where If-Match names the one it has."""
    return _receive(identifier)


def _receive(identifier: str) -> Answer:
    caller, replay = _caller(), _Replay.of_request()
    if (again := replay.before()) is not None:
        return again
    # What takes long comes first: SQLite has one writer, and everybody who saves a draft would wait for it.
    sent = receiving.read_sent(_content())
    with here().database.read() as db:
        prepared = receiving.prepare(db, caller, sent, identifier)

    def fits(version: int) -> None:
        _check_version(prepared.record.number, version, new=not identifier)

    return replay.once(lambda db: _answer(receiving.receive(db, caller, prepared, sent, fits, datetime.now(UTC), base_url())))


def _check_version(number: str, version: int, *, new: bool) -> None:
    """Whether the caller knows what is there now."""
    wanted = request.headers.get("If-Match", "").strip()
    if new or request.headers.get("If-None-Match", "").strip() == "*":
        if version:
            title = _("Your agency has this record already")
            raise Refused(409 if new else 412, title, _("To change it, send it with PUT and If-Match."), number=number, version=version)
    elif version and not wanted:
        raise Refused(428, _("Say which version you have seen"), _("Send If-Match with the ETag that GET answered, or * to overwrite whatever is there."), number=number, version=version)
    elif wanted and wanted != "*" and wanted not in (f'"{version}"', str(version)):
        raise Refused(412, _("Somebody changed this record meanwhile"), _("Get it, look at what changed, and send it again with its new ETag."), number=number, version=version)
    elif wanted == "*" and not version:
        raise Refused(412, _("There is no such record yet"), _("Send it without If-Match to make it."), number=number)


def _answer(receipt: Receipt) -> Answer:
    url = f"{base_url()}/records/{receipt.number}"
    content = {"state": receipt.state, "number": receipt.number, "version": receipt.version, "url": url, "findings": receipt.findings}
    if receipt.token:
        content["draft"] = f"{base_url()}{url_for('publish.preview', token=receipt.token)}"
    answer = _json(content, 201 if receipt.state == "published" and receipt.created else _STATUS[receipt.state])
    if receipt.state in ("published", "unchanged"):
        answer.headers["ETag"], answer.headers["Location"] = f'"{receipt.version}"', url
    return answer


@dataclass(frozen=True)
class _Replay:
    """A request that may come again: with an idempotency key, it is done once and answered as it was."""

    key: str
    asked: str

    @classmethod
    def of_request(cls) -> "_Replay":
        key = request.headers.get("Idempotency-Key", "").strip()
        if len(key) > 255:
            raise Refused(400, _("The idempotency key is too long"), _("Use at most 255 characters, such as a UUID."))
        return cls(key, hashlib.sha256(b"\n".join((request.method.encode(), request.full_path.encode(), request.get_data()))).hexdigest())

    def before(self) -> Answer | None:
        """What the same request was answered; None where it is the first one."""
        if not self.key:
            return None
        with here().database.read() as db:
            return self._answer(replies.look(db, _caller().key, self.key, datetime.now(UTC)))

    def once(self, act: Callable[[Session], Answer]) -> Answer:
        """Do it in one transaction; with an idempotency key, once."""
        try:
            with here().database.write() as db:
                if self.key and (again := self._answer(replies.find(db, _caller().key, self.key, datetime.now(UTC)))):
                    return again
                answer = act(db)
                if self.key:
                    replies.keep(db, _caller().key, self.key, self.asked, answer, datetime.now(UTC))
        except IntegrityError:
            raise Refused(409, _("The same request is being answered"), _("Send it again in a moment.")) from None
        if answer.status_code in (200, 201):
            make_searchable()
        return answer

    def _answer(self, kept: replies.KeptAnswer | None) -> Answer | None:
        if kept is None:
            return None
        if kept.request != self.asked:
            raise Refused(422, _("This idempotency key was used for another request"), _("Use a new key for a new request."))
        return Response(kept.body, status=kept.status, headers={**kept.headers, "Idempotency-Replayed": "true"})


@blueprint.post("/files")
def files() -> Answer:
    """Takes a file for a record that is sent afterwards: the body is the file, `name` what it is called."""
    name, caller = request.args.get("name", ""), _caller()
    if "." not in name:
        raise errors.BadParameter("name", name, _("say what the file is called, with its ending, such as decision.pdf"))
    kept = here().files.put(request.stream, name)
    now = datetime.now(UTC)
    with here().database.write() as db:
        room.admit(db, caller.agency, kept, here().settings.agency_bytes, now)
        receiving.note_file(db, caller, kept.sha256, now, name=kept.name, media_type=kept.media_type, size=kept.size)
        asked = looks.ask(db, [kept], caller.user, now)
    if asked:
        looks.look_now(here(), kept.sha256)
    return _json(_told_of_file(kept.sha256), 201)


@blueprint.get("/files/<sha256>")
def file(sha256: str) -> Answer:
    """How far a file of the agency is: whether it was looked into, and what was found."""
    with here().database.read() as db:
        receiving.demand_file(db, _caller(), sha256)
        waiting = looks.under_way(db, [sha256])
    if waiting:
        looks.start(here())
    return _json(_told_of_file(sha256), 200)


def _told_of_file(sha256: str) -> dict[str, Any]:
    with here().database.read() as db:
        row = db.get_one(StoredFile, sha256)
        report = safety.reports(db, [sha256]).get(sha256)
        name = receiving.name_of_file(db, _caller(), row)
    return {"sha256": row.sha256, "name": name, "media_type": row.media_type, "size": row.size, "looked": report is not None,
            "findings": report.to_data()["findings"] if report else []}  # fmt: skip


def _json(content: Any, status: int) -> Response:
    answer = Response(exports.to_json(content), status=status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
