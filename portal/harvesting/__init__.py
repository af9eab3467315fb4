"""Harvesting: run a source into the store (`run_source`), or try it without storing anything (`check`); stop a
run (`stop`); and whose turn it is (`turns`)."""

from .check import Check, check
from .leases import Busy, HostBusy
from .plan import Plan, plan
from .replay import replay
from .run import WorkerEnds, run_source
from .schedule import Turn, turns
from .stopping import end_dead_runs, stop

__all__ = [
    "Busy", "Check", "HostBusy", "Plan", "Turn", "WorkerEnds", "check", "end_dead_runs", "plan", "replay", "run_source", "stop",
    "turns",
]  # fmt: skip
