"""The process that works on one table. Its settings come by standard input, so that they are those of the portal."""

import pickle
import resource
import sys
from importlib import import_module

from .jobs import work

_MEMORY = 6_000_000_000


def main(token: str) -> None:
    """Do what is to be done with a table."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))  # a hostile workbook ends this process, not its neighbours
    # By name: the application is above everything that works in it.
    app = import_module("portal").create_app(pickle.load(sys.stdin.buffer))
    with app.app_context():
        portal = app.extensions["clerestory"]
        try:
            work(portal, token)
        finally:
            portal.close()


if __name__ == "__main__":
    main(sys.argv[1])
