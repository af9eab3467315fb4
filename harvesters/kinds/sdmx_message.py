"""SDMX messages as cubes: SDMX-ML 2.1 (generic and structure specific), SDMX-JSON 1 and 2, SDMX-CSV 1 and 2."""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from ..http import BadAnswer
from ..xml import Element, XmlFault, attribute, child, children, descendants, find, local, read_xml, text_of
from .series import TIME_NAMES, Cube, Figure, key_text

_NOT_KEYS = frozenset({"OBS_VALUE", "OBS_STATUS", "CONF_STATUS", "OBS_CONF", "OBS_COM", "PRE_BREAK_VALUE", "OBS_FLAG"})


class TooLarge(Exception):
    """The server will not answer so large a question at once. `later`: where the answer will be, if it says so."""

    def __init__(self, words: str, later: str = "") -> None:
        super().__init__(words)
        self.later = later


def read_message(content: bytes, url: str, structure: Cube | None = None) -> tuple[Cube, list[Figure]]:
    """The cube and the figures of an answer. `structure`: names and labels from elsewhere. Raises TooLarge, BadAnswer."""
    start = content.lstrip(b"\xef\xbb\xbf \r\n\t")
    if start[:1] == b"{":
        cube, figures = _read_json(json.loads(content.decode("utf-8-sig"), strict=False), url)
    elif start[:1] == b"<":
        cube, figures = _read_xml(content, url)
    elif b"," in start[:500] or b";" in start[:500]:
        cube, figures = _read_csv(content.decode("utf-8-sig", "replace"), url)
    else:
        raise BadAnswer(f"{url} did not answer with SDMX; it starts with “{start[:60].decode('utf-8', 'replace')}”", code="wrong_type")
    return _joined(cube, structure), figures


def _joined(cube: Cube, other: Cube | None) -> Cube:
    if other is None:
        return cube
    cube.names = {**other.names, **cube.names}
    cube.labels = {**other.labels, **{name: {**other.labels.get(name, {}), **labels} for name, labels in cube.labels.items()}}
    # Structure specific messages write in small letters what their structure writes in capitals.
    for name in [name for name in other.labels if name.lower() not in cube.labels]:
        cube.labels[name.lower()], cube.names[name.lower()] = other.labels[name], other.names.get(name, name)
    cube.title = other.title or cube.title
    return cube


def _read_xml(content: bytes, url: str) -> tuple[Cube, list[Figure]]:
    try:
        root, _mended = read_xml(content)
    except XmlFault as fault:
        raise BadAnswer(f"{url} did not answer with XML that can be read ({fault})", code="wrong_type") from None
    _refuse(root, url)
    # A data set's own number may hold the moment of the answer; what it refers to does not.
    urn = next((found[1] for one in descendants(root, "URN") if (found := re.search(r"=[^:]+:([^(]+)", text_of(one)))), "")
    flow = next((attribute(one, "id") for one in descendants(root, "Ref")), "") or urn or text_of(next(descendants(root, "DataSetID"), None))
    cube = Cube(flow.removeprefix("DSD_") or "data", flow.removeprefix("DSD_"))
    dimension = next((attribute(one, "dimensionAtObservation") for one in descendants(root, "Structure")), "") or "TIME_PERIOD"
    figures = [figure for dataset in descendants(root, "DataSet") for figure in _figures(dataset, cube, dimension)]
    return cube, figures


def _refuse(root: Element, url: str) -> None:
    """Errors and answers that will come later, sent as if they were data."""
    for message in [*descendants(child(root, "Footer"), "Message"), *descendants(root, "ErrorMessage")]:
        texts = [text_of(one) for one in descendants(message, "Text")]
        code, words = attribute(message, "code"), " ".join(texts)[:300]
        later = next((found[0] for text in texts if (found := re.search(r"https?://\S+", text))), "")
        if code in ("413", "130", "510") or later:
            raise TooLarge(f"{url} answered {code}: {words}", later.rstrip(".,"))
        if code in ("100", "404"):
            continue
        if next(descendants(root, "Obs"), None) is None:
            raise BadAnswer(f"{url} answered with an error {code}: {words}")
    if "Data" not in local(root):
        raise BadAnswer(f"{url} answered with {local(root)}, which is no message of data", code="wrong_type")


def _figures(dataset: Element, cube: Cube, dimension: str) -> Iterator[Figure]:
    whole = _generic(child(dataset, "Attributes")) if child(dataset, "Attributes") is not None else {}
    for series in [*children(dataset, "Series"), *children(dataset, "Group")]:
        if local(series) == "Group":
            continue
        key = _generic(child(series, "SeriesKey")) if child(series, "SeriesKey") is not None else {}
        said = {**whole, **_generic(child(series, "Attributes"))}
        if not key:
            key, specific = _specific(series)
            said |= specific
        cube.attributes[key_text(key)] = said
        for obs in children(series, "Obs"):
            yield _observed(obs, key, dimension)
    for obs in children(dataset, "Obs"):
        figure = _observed(obs, {}, dimension)
        cube.attributes.setdefault(key_text(figure.key), {**whole, **_generic(child(obs, "Attributes"))})
        yield figure


def _generic(element: Element | None) -> dict[str, str]:
    return {attribute(one, "id", "concept"): attribute(one, "value") for one in children(element, "Value")}


# What is said of a series beside its key, in messages that tell both alike.
_ATTRIBUTES = re.compile(r"^(TITLE|TITLE_COMPL|UNIT_MULT|UNIT|UNIT_MEASURE|DECIMALS|COLLECTION|TIME_FORMAT|SOURCE_AGENCY|LAST_UPDATE|IDBANK|BASE_PER|TIME_PER_COLLECT|REF_PERIOD.*|"
                         r"OBS_STATUS|OBS_CONF|CONF_STATUS|COMMENT.*|PUBL_.*|DOM_SER_IDS|BREAKS|COVERAGE|NAT_TITLE|COMPILATION|UNIT_INDEX_BASE|SERIES_.*|METHOD.*|DATA_COMP|DISS_ORG|EMBARGO.*)$")  # fmt: skip
_KEYS_OF_THEIR_OWN = frozenset({"unit", "UNIT"})


def _specific(series: Element) -> tuple[dict[str, str], dict[str, str]]:
    """Key and attributes of a series that tells both as attributes of XML. A unit written small is a dimension."""
    told = {name.rpartition("}")[2]: value for name, value in series.attrib.items() if "XMLSchema-instance" not in name}
    said = {name: value for name, value in told.items() if _ATTRIBUTES.match(name)}
    return {name: value for name, value in told.items() if name not in said}, said


def _observed(obs: Element, key: dict[str, str], dimension: str) -> Figure:
    value = find(obs, "ObsValue")
    if value is not None or child(obs, "ObsDimension") is not None or child(obs, "ObsKey") is not None:
        whole = {**key, **_generic(child(obs, "ObsKey"))}
        at = child(obs, "ObsDimension")
        said = _generic(child(obs, "Attributes"))
        if at is not None and dimension not in ("TIME_PERIOD", "AllDimensions") and dimension.upper() not in TIME_NAMES:
            whole[dimension] = attribute(at, "value")
        period = attribute(at, "value") if at is not None and dimension.upper() in TIME_NAMES else ""
        period = period or next((whole[name] for name in whole if name.upper() in TIME_NAMES), "")
        return Figure(_without_time(whole), period, attribute(value, "value"), said.get("OBS_STATUS") or said.get("OBS_FLAG", ""))
    told = {name.rpartition("}")[2]: text for name, text in obs.attrib.items() if "XMLSchema-instance" not in name}
    period = next((told[name] for name in told if name.upper() in TIME_NAMES), "")
    more = {name: text for name, text in told.items() if name.upper() not in _NOT_KEYS and not _ATTRIBUTES.match(name)} if not key else {}
    return Figure(_without_time({**key, **more}), period, told.get("OBS_VALUE"), told.get("OBS_STATUS") or told.get("OBS_FLAG", ""))


def _without_time(key: dict[str, str]) -> dict[str, str]:
    return {name: code for name, code in key.items() if name.upper() not in TIME_NAMES}


def _read_json(data: dict[str, Any], url: str) -> tuple[Cube, list[Figure]]:
    if errors := data.get("errors") or (data.get("error") if isinstance(data.get("error"), (str, list, dict)) else None):
        words = json.dumps(errors, ensure_ascii=False)[:300]
        raise TooLarge(f"{url}: {words}") if re.search(r"413|too (large|many)", words, re.IGNORECASE) else BadAnswer(f"{url} answered with an error: {words}")
    inner = data.get("data")
    body: dict[str, Any] = inner if isinstance(inner, dict) else data
    structures = body.get("structures") or [body.get("structure")]
    if not isinstance(structures[0], dict) or "dataSets" not in body:
        raise BadAnswer(f"{url} is JSON without “structure” and “dataSets”: is it SDMX-JSON?")
    cube = Cube(_flow(structures[0], url), _name(structures[0]))
    figures: list[Figure] = []
    for dataset in body["dataSets"]:
        number = dataset.get("structure")
        figures += _json_figures(cube, structures[number] if isinstance(number, int) and number < len(structures) else structures[0], dataset)
    return cube, figures


def _flow(structure: dict[str, Any], url: str) -> str:
    for link in structure.get("links") or []:
        text = str(link.get("urn") or link.get("href") or "")
        if found := re.search(r"(?:Dataflow|DataStructure)=[^:]+:([^(]+)|/dataflow/([^?]+)", text):
            return found[1] or next((part for part in reversed(found[2].split("/")) if part not in ("all", "latest", "")), "data")
    return next((part for part in reversed(url.split("?")[0].split("/data/")[-1].split("/")) if part and part != "all"), "data")


def _name(thing: dict[str, Any]) -> str:
    names = thing.get("names")
    return str(thing.get("name") or (names.get("en") or next(iter(names.values()), "") if isinstance(names, dict) else "") or "")


def _json_figures(cube: Cube, structure: dict[str, Any], dataset: dict[str, Any]) -> list[Figure]:
    dimensions = structure.get("dimensions") or {}
    told: dict[str, list[dict[str, Any]]] = {level: dimensions.get(level) or [] for level in ("dataSet", "series", "observation")}
    for one in (one for level in told.values() for one in level):
        cube.names[one["id"]] = _name(one)
        cube.labels[one["id"]] = {str(value.get("id")): _name(value) or str(value.get("id")) for value in one.get("values") or [] if isinstance(value, dict)}
        if "REF_AREA" in str(one.get("role") or one.get("roles") or ""):
            cube.place = one["id"]
    attributes = structure.get("attributes") or {}
    fixed = {one["id"]: _value(one, 0) for one in told["dataSet"] if one.get("values")}
    whole = _attributes(attributes.get("dataSet") or [], dataset.get("attributes") or [])
    figures = []
    rows = dataset.get("series") or {"": {"observations": dataset.get("observations") or {}}}
    for places, series in rows.items():
        key = fixed | _key(told["series"], places)
        said = {**whole, **_attributes(attributes.get("series") or [], series.get("attributes") or [])}
        for at, values in (series.get("observations") or {}).items():
            here = key | _key(told["observation"], at)
            period = next((code for name, code in here.items() if name.upper() in TIME_NAMES), "")
            values = values if isinstance(values, list) else [values]
            flags = _attributes(attributes.get("observation") or [], values[1:], codes=True)
            own = _without_time(here)
            cube.attributes.setdefault(key_text(own), {**said, **{name: text for name, text in flags.items() if name != "OBS_STATUS"}})
            figures.append(Figure(own, period, values[0] if values else None, flags.get("OBS_STATUS") or flags.get("OBS_FLAG", "")))
    return figures


def _key(dimensions: list[dict[str, Any]], places: str) -> dict[str, str]:
    numbers = [int(number) if number.isdigit() else 0 for number in places.split(":")] if places else []
    return {one["id"]: _value(one, number) for one, number in zip(dimensions, numbers, strict=False)}


def _value(component: dict[str, Any], place: int) -> str:
    values = component.get("values") or []
    value = values[place] if place < len(values) else {}
    return str(value.get("id") if isinstance(value, dict) else value)


def _attributes(components: list[dict[str, Any]], given: list[Any], *, codes: bool = False) -> dict[str, str]:
    found = {}
    for one, value in zip(components, given, strict=False):
        values = one.get("values") or []
        if isinstance(value, int) and not isinstance(value, bool) and value < len(values):
            told = values[value]
            code, label = (told.get("id"), _name(told)) if isinstance(told, dict) else (told, str(told))
            is_number = str(one["id"]).upper() in ("UNIT_MULT", "POWERCODE", "DECIMALS")
            found[str(one["id"])] = str((code if (codes or is_number) and code is not None else label) or code or "")
        elif isinstance(value, str):
            found[str(one["id"])] = value
    return found


def _read_csv(text: str, url: str) -> tuple[Cube, list[Figure]]:
    rows = csv.DictReader(io.StringIO(text), dialect=csv.Sniffer().sniff(text[:2000], ",;\t"))
    heads = rows.fieldnames or []
    value = next((head for head in heads if head.upper().split(":")[0] == "OBS_VALUE"), None)
    flow = next((head for head in heads if head.upper() in ("DATAFLOW", "STRUCTURE_ID")), None)
    if value is None:
        raise BadAnswer(f"{url} is CSV without a column OBS_VALUE: is it SDMX-CSV?")
    dull = {"DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", "LAST UPDATE"}
    cube = Cube("data", "")
    figures = []
    for row in rows:
        key: dict[str, str] = {}
        said: dict[str, str] = {}
        for head in heads:
            name, _, label = head.partition(":")
            code, _, words = (row[head] or "").partition(": " if label else "\x00")
            if name.upper() in dull or name.upper() in _NOT_KEYS:
                continue
            cube.names.setdefault(name, label.strip() or name)
            cube.labels.setdefault(name, {})[code] = words.strip() or code
            (said if _ATTRIBUTES.match(name) else key)[name] = code
        if flow and cube.flow == "data":
            cube.flow = re.sub(r"\(.*", "", (row[flow] or "").rpartition(":")[2]) or "data"
        period = next((code for name, code in key.items() if name.upper() in TIME_NAMES), "")
        status = next((row[head] or "" for head in heads if head.upper().split(":")[0] in ("OBS_STATUS", "OBS_FLAG")), "")
        own = _without_time(key)
        cube.attributes.setdefault(key_text(own), said)
        figures.append(Figure(own, period, row[value], status.partition(":")[0]))
    return cube, figures


def read_structure(content: bytes, language: str) -> Cube:
    """Names and labels out of a message of structure."""
    try:
        root, _mended = read_xml(content)
    except XmlFault as fault:
        raise BadAnswer(f"the structure is no XML that can be read ({fault})", code="wrong_type") from None

    def name(element: Element) -> str:
        names = {attribute(one, "lang") or "en": text_of(one) for one in children(element, "Name")}
        return names.get(language) or names.get("en") or next(iter(names.values()), "")

    flow = next(descendants(root, "Dataflow"), None)
    cube = Cube(attribute(flow, "id"), name(flow) if flow is not None else "")
    lists = {attribute(one, "id"): {attribute(code, "id"): name(code) for code in children(one, "Code")} for one in descendants(root, "Codelist")}
    concepts = {attribute(one, "id"): name(one) for one in descendants(root, "Concept")}
    for one in [*descendants(root, "Dimension"), *descendants(root, "Attribute")]:
        number = attribute(one, "id") or _reference(child(one, "ConceptIdentity"))
        listed = _reference(find(one, "LocalRepresentation", "Enumeration"))
        if number:
            cube.names[number] = concepts.get(_reference(child(one, "ConceptIdentity")), "") or concepts.get(number, "") or number
            cube.labels[number] = lists.get(listed, {})
    return cube


def _reference(element: Element | None) -> str:
    """What an element refers to: in a Ref, or in a URN."""
    for one in descendants(element, "Ref"):
        return attribute(one, "id")
    found = re.search(r"=[^:]+:([^(]+)(?:\([^)]*\))?(?:\.(.+))?$", text_of(element))
    return (found[2] or found[1]) if found else ""
