"""Published files, under the hash of their content."""

from flask import Blueprint, abort, send_file
from flask_login import current_user
from werkzeug.wrappers import Response

from ..filestore import Files
from ..models import StoredFile
from ..parts import here

blueprint = Blueprint("files", __name__)

_SHOWN = ("application/pdf", "image/png", "image/jpeg", "text/plain", "text/csv")


@blueprint.get("/files/<sha256>/<name>")
def file(sha256: str, name: str) -> Response:
    """A file that a published record links to; before it is published, only its own officer may see it."""
    with here().database.read() as session:
        row = session.get(StoredFile, sha256)
    if row is None or not (row.public or (current_user.is_authenticated and current_user.id == row.user_id)):
        abort(404)
    path = Files(here().settings.files_dir).path(sha256)
    if not path.exists():
        abort(404)
    response: Response = send_file(
        path.resolve(),
        mimetype=row.media_type,
        as_attachment=row.media_type not in _SHOWN,
        download_name=row.name,
        etag=sha256,
        conditional=True,
        max_age=31536000 if row.public else 0,
    )
    # What officers upload is shown, never run.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if not row.public:
        response.headers["Cache-Control"] = "private, no-store"
    return response
