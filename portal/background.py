"""Background: work that a request began and does not wait for, in threads of this process. Where each piece stands is written
down in the database: whatever ends with the process is taken up by the next one."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

# How long closing waits for what is under way (seconds): longer than one piece of work takes at the most.
PATIENCE = 60.0
Work = Callable[[Callable[[], bool]], object]


class Background:
    """Threads of one process. Each has a name, and never runs twice at once."""

    def __init__(self) -> None:
        self._threads: dict[str, threading.Thread] = {}
        self._again: set[str] = set()
        self._lock = threading.Lock()
        self._ending = threading.Event()

    def start(self, name: str, work: Work) -> None:
        """Have something done now. `work` is told how to ask whether it should end. Where it is being done already, it is done
        once more afterwards: what came meanwhile may have been overlooked."""
        with self._lock:
            if self._ending.is_set():
                return
            if name in self._threads:
                self._again.add(name)
                return
            thread = threading.Thread(target=self._run, args=(name, work), name=name, daemon=True)
            self._threads[name] = thread
            thread.start()

    def _run(self, name: str, work: Work) -> None:
        while True:
            try:
                work(self._ending.is_set)
            except Exception:
                # Nobody waits for it: what it could not do stays written down as not done.
                log.exception("%s broke off", name)
            with self._lock:
                if name not in self._again or self._ending.is_set():
                    self._threads.pop(name, None)
                    return
                self._again.discard(name)

    def close(self) -> None:
        """Ask all of it to end, and wait for what is under way."""
        with self._lock:
            self._ending.set()
            threads = list(self._threads.values())
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(PATIENCE)
