"""Harvesting: run a source into the store (`run_source`), or try it without storing anything (`check`)."""

from .check import Check, check
from .leases import Busy
from .plan import Plan, plan
from .run import run_source

__all__ = ["Busy", "Check", "Plan", "check", "plan", "run_source"]
