"""SDMX messages as cubes: SDMX-ML 2.1 (generic and structure specific), SDMX-JSON 1 and 2, SDMX-CSV 1 and 2."""

import json
import re
from collections.abc import Iterator
from typing import Any

from ..http import BadAnswer
from ..xml import Element, XmlFault, attribute, child, children, descendants, find, local, read_xml, text_of
from .sdmx_components import NOT_KEYS, is_key, without_time
from .sdmx_csv import read_csv
from .series import POWER_NAMES, TIME_NAMES, UNIT_NAMES, Cube, Figure, key_text, unit_said


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
        cube, figures = _read_xml(content, url, structure)
    elif b"," in start[:500] or b";" in start[:500]:
        cube, figures = read_csv(content.decode("utf-8-sig", "replace"), url, structure)
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
    cube.components = other.components
    return cube


def _read_xml(content: bytes, url: str, structure: Cube | None) -> tuple[Cube, list[Figure]]:
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
    cube.components = structure.components if structure else {}
    figures = [figure for dataset in descendants(root, "DataSet") for figure in _figures(dataset, cube, dimension)]
    return cube, figures


def _refuse(root: Element, url: str) -> None:
    """Errors and answers that will come later, sent as if they were data."""
    any_figures = next(descendants(root, "Obs"), None) is not None
    for message in [*descendants(child(root, "Footer"), "Message"), *descendants(root, "ErrorMessage")]:
        texts = [text_of(one) for one in descendants(message, "Text")]
        code, words = attribute(message, "code"), " ".join(texts)[:300]
        later = next((found[0].rstrip(".,") for text in texts if (found := re.search(r"https?://\S+", text))), "")
        # A link may as well lead to a page of help, or to terms of use beside figures that are all there.
        promised = later and not any_figures and re.search(r"/file|download|async|\.(zip|xml|csv|json|gz)$", later, re.IGNORECASE)
        if code in ("413", "130", "510") or promised:
            raise TooLarge(f"{url} answered {code}: {words}", later)
        if code in ("100", "404"):
            continue
        if not any_figures:
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
            key, specific = _specific(series, cube)
            said |= specific
        cube.attributes[key_text(key)] = said
        for obs in children(series, "Obs"):
            yield _observed(obs, key, dimension, cube)
    for obs in children(dataset, "Obs"):
        figure = _observed(obs, {}, dimension, cube)
        cube.attributes.setdefault(key_text(figure.key), {**whole, **_generic(child(obs, "Attributes"))})
        yield figure


def _generic(element: Element | None) -> dict[str, str]:
    return {attribute(one, "id", "concept"): attribute(one, "value") for one in children(element, "Value")}


def _specific(series: Element, cube: Cube) -> tuple[dict[str, str], dict[str, str]]:
    """Key and attributes of a series that tells both as attributes of XML."""
    told = {name.rpartition("}")[2]: value for name, value in series.attrib.items() if "XMLSchema-instance" not in name}
    said = {name: value for name, value in told.items() if not is_key(name, cube)}
    return {name: value for name, value in told.items() if name not in said}, said


def _observed(obs: Element, key: dict[str, str], dimension: str, cube: Cube) -> Figure:
    value = find(obs, "ObsValue")
    if value is not None or child(obs, "ObsDimension") is not None or child(obs, "ObsKey") is not None:
        whole = {**key, **_generic(child(obs, "ObsKey"))}
        at = child(obs, "ObsDimension")
        said = _generic(child(obs, "Attributes"))
        if at is not None and dimension not in ("TIME_PERIOD", "AllDimensions") and dimension.upper() not in TIME_NAMES:
            whole[dimension] = attribute(at, "value")
        period = attribute(at, "value") if at is not None and dimension.upper() in TIME_NAMES else ""
        period = period or next((whole[name] for name in whole if name.upper() in TIME_NAMES), "")
        return Figure(without_time(whole), period, attribute(value, "value"), said.get("OBS_STATUS") or said.get("OBS_FLAG", ""), unit_said(said))
    told = {name.rpartition("}")[2]: text for name, text in obs.attrib.items() if "XMLSchema-instance" not in name}
    period = next((told[name] for name in told if name.upper() in TIME_NAMES), "")
    more = {name: text for name, text in told.items() if name.upper() not in NOT_KEYS and is_key(name, cube)} if not key else {}
    said = {name: text for name, text in told.items() if name not in more}
    return Figure(without_time({**key, **more}), period, told.get("OBS_VALUE"), told.get("OBS_STATUS") or told.get("OBS_FLAG", ""), unit_said(said))


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
    grouped = _groups(told, attributes, dataset)
    observed = attributes.get("observation") or []
    measured = any(str(one.get("id")).upper() in (*UNIT_NAMES, *POWER_NAMES) for one in observed)
    figures = []
    rows = dataset.get("series") or {"": {"observations": dataset.get("observations") or {}}}
    for places, series in rows.items():
        key = fixed | _key(told["series"], places)
        said = {**whole, **_attributes(attributes.get("series") or [], series.get("attributes") or [])}
        for at, values in (series.get("observations") or {}).items():
            here = key | _key(told["observation"], at)
            period = next((code for name, code in here.items() if name.upper() in TIME_NAMES), "")
            values = values if isinstance(values, list) else [values]
            flags = _attributes(observed, values[1:], codes=True)
            own = without_time(here)
            more = {name: text for group, by_codes in grouped.items() for name, text in by_codes.get(tuple(here.get(one, "") for one in group), {}).items()}
            if (text := key_text(own)) not in cube.attributes:
                cube.attributes[text] = {**said, **more, **{name: text for name, text in flags.items() if name != "OBS_STATUS"}}
            unit = unit_said(more | (_attributes(observed, values[1:]) if measured else {}))
            figures.append(Figure(own, period, values[0] if values else None, flags.get("OBS_STATUS") or flags.get("OBS_FLAG", ""), unit))
    return figures


def _groups(told: dict[str, list[dict[str, Any]]], attributes: dict[str, Any], dataset: dict[str, Any]) -> dict[tuple[str, ...], dict[tuple[str, ...], dict[str, str]]]:
    """What is said of all figures that share some codes: by the dimensions, then by their codes. An address such as
    “0::1” leaves out the dimensions that do not matter."""
    components = attributes.get("dimensionGroup") or []
    order = sorted((*told["series"], *told["observation"]), key=lambda one: int(one.get("keyPosition") or 0))
    found: dict[tuple[str, ...], dict[tuple[str, ...], dict[str, str]]] = {}
    for address, given in (dataset.get("dimensionGroupAttributes") or {}).items():
        named = [(one, place) for one, place in zip(order, str(address).split(":"), strict=False) if place.isdigit()]
        codes = tuple(_value(one, int(place)) for one, place in named)
        found.setdefault(tuple(str(one["id"]) for one, _place in named), {})[codes] = _attributes(components, given)
    return found


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
    dimensions = [*descendants(root, "Dimension"), *descendants(root, "MeasureDimension"), *descendants(root, "TimeDimension")]
    for one in [*dimensions, *descendants(root, "Attribute")]:
        number = attribute(one, "id") or _reference(child(one, "ConceptIdentity"))
        listed = _reference(find(one, "LocalRepresentation", "Enumeration"))
        if number:
            cube.names[number] = concepts.get(_reference(child(one, "ConceptIdentity")), "") or concepts.get(number, "") or number
            cube.labels[number] = lists.get(listed, {})
            cube.components.setdefault(number.upper(), local(one) != "Attribute")
            cube.order += [number] if local(one) == "Dimension" and number not in cube.order else []
    return cube


def _reference(element: Element | None) -> str:
    """What an element refers to: in a Ref, or in a URN."""
    for one in descendants(element, "Ref"):
        return attribute(one, "id")
    found = re.search(r"=[^:]+:([^(]+)(?:\([^)]*\))?(?:\.(.+))?$", text_of(element))
    return (found[2] or found[1]) if found else ""
