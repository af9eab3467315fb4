"""A matter as JSON-LD: the graph of its records, with the words of portal.linked."""

from collections.abc import Mapping
from typing import Any

from ..linked import CONTEXT, agency_node, record_node, words
from ..standing import Standing
from . import Matter


def to_linked_data(matter: Matter, base: str, stand: Mapping[str, Standing]) -> dict[str, Any]:
    """The matter, its records, their relations and their publishers as one graph. `stand`: how records stand, by number."""
    address = f"{base}/records/{matter.heart.number}/thread"
    whole = {
        "@id": f"{address}#matter",
        "@type": ["schema:Collection", "dcat:Catalog"],
        "dct:title": words(matter.heart.entry),
        "schema:url": {"@id": address},
        "primaryTopic": f"{base}/records/{matter.heart.number}",
        "hasPart": [f"{base}/records/{member.number}" for member in matter.members],
        "schema:numberOfItems": len(matter.members),
    }
    publishers = {member.entry.data["publisher"]["slug"]: member.entry.data["publisher"] for member in matter.members}
    records = [
        record_node(
            member.entry,
            [(bond.type, bond.other.number) for bond in matter.bonds.get(member.number, ()) if not bond.inverse],
            stand.get(member.number),
            base,
        )
        for member in matter.members
    ]
    return {"@context": CONTEXT, "@graph": [whole, *records, *(agency_node(agency, base) for agency in publishers.values())]}
