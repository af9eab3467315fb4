"""Every relation and what it leads to, as /relations.jsonl tells them."""

import json
from collections import Counter
from datetime import date

from .export import Portal
from .register import Register


def computed(register: Register, asked: date | None) -> dict[str, object]:
    """How often a record is said to be tied to another one so, by whom: stated, machine or desk."""
    return dict(Counter(f"{one.by['number']} {one.type} {one.to['number'] if one.to else one.value} ({one.origin})" for one in register.relations))


def published(portal: Portal, own: dict[str, object]) -> dict[str, object]:
    """The same as the list of all relations has it."""
    lines = [json.loads(line) for line in portal.text("/relations.jsonl").splitlines()]
    return dict(Counter(f"{one['from_number']} {one['type']} {one['to_number'] or one['target']} ({one['origin']})" for one in lines if "end" not in one))
