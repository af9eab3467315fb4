"""Answers are sent compressed, except where a secret in them could be guessed from their length."""

from flask import Flask, Response, request
from flask_compress import Compress

_SECRETIVE = ("accounts", "publish")  # their pages carry the token that protects forms (the attack is called BREACH)


def init_app(app: Flask) -> None:
    """Compress what is public and sent in one piece; streams and files go out as they are."""
    app.config.update(COMPRESS_REGISTER=False, COMPRESS_BR_LEVEL=5, COMPRESS_MIN_SIZE=1000)
    compress = Compress(app)

    def pack(response: Response) -> Response:
        if request.blueprint in _SECRETIVE or response.is_streamed or response.direct_passthrough:
            return response
        packed: Response = compress.after_request(response)
        return packed

    app.after_request(pack)
