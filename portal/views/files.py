"""Published files, under the hash of their content."""

from urllib.parse import quote

from flask import Blueprint, abort, request
from flask_login import current_user
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from .. import uploads
from ..filestore import safe_name
from ..filetypes import SHOWN, ending_of, media_type_of
from ..models import StoredFile
from ..parts import here

blueprint = Blueprint("files", __name__)


@blueprint.get("/files/<sha256>/<name>")
def file(sha256: str, name: str) -> Response:
    """A file that a record links to; before it is published, only who uploaded it may see it. The name is
    decoration, but for its ending. Parts can be asked for by Range."""
    with here().database.read() as session:
        row = uploads.find_file(session, sha256, current_user.agency if current_user.is_authenticated else None)
    stream = here().files.get(sha256) if row else None
    if row is None or stream is None:
        abort(404)
    response = Response(wrap_file(request.environ, stream), direct_passthrough=True)
    response.content_length = row.size
    _describe(response, row, safe_name(name))
    response.set_etag(sha256)
    response.make_conditional(request.environ, accept_ranges=True, complete_length=row.size)
    if response.status_code == 304:
        stream.close()  # nobody reads it
    return response


def _describe(response: Response, row: StoredFile, name: str) -> None:
    media_type = media_type_of(name)
    if media_type is None:
        media_type, name = row.media_type, f"file.{ending_of(row.name)}"  # what its sender called it may be nobody's business
    response.mimetype = media_type
    way = "inline" if media_type in SHOWN else "attachment"
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    response.headers["Content-Disposition"] = f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    # What officers upload is shown, never run.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Robots-Tag"] = "noarchive"
    # Asked for anew each time (the ETag makes that cheap): what is taken off the pages is gone from caches, too.
    response.headers["Cache-Control"] = "public, no-cache" if row.public else "private, no-store"
