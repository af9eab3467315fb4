"""`python -m tests.bench`, which is `make bench`."""

from .measures import main

main()
