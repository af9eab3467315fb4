"""`python -m tests.bench`, which is `make bench`; `python -m tests.bench large at_once` for some of it."""

import sys

from .measures import main

if __name__ == "__main__":
    main(sys.argv[1:])
