"""What the API takes and answers, as OpenAPI 3.1: made of the models that check what is sent, so that the two cannot differ."""

from typing import Any

from pydantic.json_schema import models_json_schema

from harvesters.record import Decision, Outcome, Policy
from harvesters.vocabularies import TYPES

from .filetypes import ENDINGS
from .listing import FACETS, MOST, SORTS
from .remarks import KINDS

_AXES = {"decision": Decision, "policy": Policy, "outcome": Outcome}
_LANGUAGE = {"type": "string", "pattern": "^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$", "description": "BCP 47, such as en, vi, pt-BR"}
_MONTH, _DAY_OF_MONTH = "(0[1-9]|1[0-2])", "(0[1-9]|[12][0-9]|3[01])"
_DAY = rf"^((?!0000)[0-9]{{4}}(-{_MONTH}(-{_DAY_OF_MONTH})?)?)?$"  # an empty one asks for nothing, as a form sends it
_MOMENT = rf"{_DAY}|^(?!0000)[0-9]{{4}}-{_MONTH}-{_DAY_OF_MONTH}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])$"
_NUMBER = r"^([0-9A-HJ-NP-TV-Z]{4}-?){2}[0-9A-HJ-NP-TV-Z]{4}$"
# Whatever the case: patterns here know no flag for that.
_TAKEN = rf"\.({'|'.join(''.join(f'[{one}{one.upper()}]' if one.isalpha() else one for one in ending) for ending in ENDINGS)})$"
# What a key tells by itself: a program that writes leaves it out, or sends back what it read.
_TOLD_BY_KEY = ("source", "publisher", "axis_rule", "identifier")
_PROBLEMS = {
    400: "What was asked for makes no sense; `parameter` names what is at fault.",
    401: "The address wants a key, and this is none that is good.",
    403: "The request came from another site's page, or may not be done.",
    404: "There is no such thing.",
    409: "It is here already, or somebody is doing the same thing now.",
    410: "The record was taken off the pages; the answer says on what ground.",
    412: "Somebody changed the record meanwhile.",
    413: "The body is too large.",
    414: "The address is too long: this portal reads 4,094 characters.",
    415: "The body is not of the type that is taken.",
    422: "What was sent has mistakes: each stands in `errors`.",
    428: "Say with If-Match which version you have seen.",
    503: "Search cannot be had now; try again in a few minutes.",
}


def document(base: str, version: str) -> dict[str, Any]:
    """The whole description. `base`: where the portal is; `version`: that of the portal."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Clerestory",
            "version": version,
            "summary": "Public decisions, policies and outcomes as data; agencies write with a key.",
            "description": "Lists and records for everybody, without a key; the manual at /pages/api explains every field.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base}],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "A key that a member of an agency made at the desk"}},
            "responses": {str(status): _problem(words) for status, words in _PROBLEMS.items()},
        },
    }


def _paths() -> dict[str, Any]:
    sent = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Sent"}}}}
    done = {"200": _answer("Done", "Receipt", etag=True), "201": _answer("A new record is public", "Receipt", etag=True), "202": _answer("It waits for review, or is a draft", "Receipt")}
    once = _header("Idempotency-Key", "A request that is sent twice within a day with the same key does something once", maxLength=255)
    match = _header("If-Match", "The ETag of the version that you have seen, or *")
    none_match = _header("If-None-Match", "* for a record that is new")
    identifier = {"name": "identifier", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1},
                  "description": "The identifier that your agency knows the record by, or its permanent number"}  # fmt: skip
    number = {"name": "number", "in": "path", "required": True, "description": "A permanent number, with or without hyphens",
              "schema": {"type": "string", "pattern": "^[0-9A-Za-z-]{12,17}$"}, "example": "7K3QX9F2AB4M"}  # fmt: skip
    writes = {"security": [{"key": []}], "tags": ["Agencies"]}
    return {
        "/search.json": {"get": _reads("search", "A list of records", _list_parameters(), _answer("The list", "List"), 400, 414, 503)},
        "/suggest": {"get": _reads("suggest", "What may be meant by the beginning of a word or a number", [_query("q", {"type": "string"}, "What was typed")],
                                   {"description": "[typed, words, about, addresses, kinds, languages]",
                                    "content": {"application/x-suggestions+json": {"schema": {"type": "array"}}}})},
        "/records/{number}.json": {"get": _reads("record", "One record", [number], _answer("The record", "Whole"), 404, 410)},
        "/api/v1/changes": {"get": _reads("changes", "Every record with its history, the longest unchanged first", [
            _query("since", {"type": "string", "pattern": _MOMENT}, "Only what changed since a date or a moment"),
            _query("source", {"type": "array", "items": {"type": "string"}}, "Only what comes from these sources", explode=True),
            _query("after", {"type": "string"}, "Go on after this; taken from `next`"),
            _query("limit", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}, "How many"),
        ], _answer("The changes", "Changes"), 400, 414)},
        "/api/v1/records": {"post": {"operationId": "create", "summary": "A new record", "parameters": [once], "requestBody": sent,
                                     "responses": done | _faults(400, 401, 409, 413, 415, 422), **writes}},
        "/api/v1/records/{identifier}": {
            "get": {"operationId": "read", "summary": "A record of the agency as it can be sent again", "parameters": [identifier],
                    "responses": {"200": _answer("The record", "Own", etag=True)} | _faults(401, 404), **writes},
            "put": {"operationId": "put", "summary": "The record of that identifier: made, or given a new version", "parameters": [identifier, match, none_match, once],
                    "requestBody": sent, "responses": done | _faults(400, 401, 409, 412, 413, 415, 422, 428), **writes},
        },
        "/api/v1/files": {"post": {
            "operationId": "sendFile", "summary": "A file for a record that is sent afterwards",
            "parameters": [_query("name", {"type": "string", "minLength": 3, "pattern": _TAKEN}, "What the file is called, with its ending", required=True)],
            "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
            "responses": {"201": _answer("The file was taken; name it by its hash in a record", "Kept")} | _faults(400, 401, 413, 422), **writes,
        }},
        "/api/v1/files/{sha256}": {"get": {
            "operationId": "file", "summary": "Whether a file that was sent is looked into, and what was found in it",
            "parameters": [{"name": "sha256", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "description": "The hash that it got when it was sent"}],
            "responses": {"200": _answer("How far it is", "Kept")} | _faults(401, 404), **writes,
        }},
        "/answers.json": {"get": _reads("answers", "What agencies answered readers in public, the newest first", [
            _query("record", {"type": "string", "pattern": f"{_NUMBER}|^$"}, "Only on the record of that permanent number"),
            _query("agency", {"type": "string"}, "Only of that agency"),
            _query("page", {"type": "integer", "minimum": 1}, "Which page"),
            _query("size", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}, "How many on a page"),
        ], _answer("The answers", "Answers"), 400, 414)},
    }  # fmt: skip


def _list_parameters() -> list[dict[str, Any]]:
    text = {"type": "string"}
    return [
        _query("q", text, "Words, phrases, -without, OR, title:, from:; the first 2,000 characters are read"),
        *(_query(name, {"type": "array", "items": text}, "Any of these values", explode=True) for name in FACETS),
        _query("from", text | {"pattern": _MOMENT}, "Issued on that day or after: 2024-05-31, 2024-05 or 2024"),
        _query("to", text | {"pattern": _MOMENT}, "Issued on that day or before"),
        _query("sort", text | {"enum": list(SORTS)}, "The order"),
        _query("page", {"type": "integer", "minimum": 1}, "Which page"),
        _query("size", {"type": "integer", "minimum": 1, "maximum": MOST}, "How many on a page"),
    ]


def _schemas() -> dict[str, Any]:
    _by_model, whole = models_json_schema([(Decision, "validation"), (Policy, "validation"), (Outcome, "validation")], ref_template="#/components/schemas/{model}")
    schemas: dict[str, Any] = dict(whole["$defs"])
    written = {}
    for axis, one in _AXES.items():
        # Answers leave out what says nothing; what the portal adds to a record stands beside it.
        schemas[one.__name__]["properties"] |= {"axis": {"const": axis, "type": "string"}, "type": {"enum": list(TYPES[axis])}, "language": _LANGUAGE}
        schemas[one.__name__]["required"] = sorted({*schemas[one.__name__].get("required", ()), "axis"})
        own = schemas[one.__name__]
        written[f"{one.__name__}Sent"] = own | {
            "required": [name for name in own["required"] if name not in _TOLD_BY_KEY],
            "properties": own["properties"] | {"files": {"type": "array", "maxItems": 5000, "items": {"anyOf": [{"$ref": "#/components/schemas/File"}, _FILE_SENT]}}},
        }  # fmt: skip
    sent = {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in written]}
    maybe = {"type": ["string", "null"]}
    text, moment, many = {"type": "string"}, {"type": "string", "format": "date-time"}, {"type": "integer", "minimum": 0}
    life = {"number": text, "url": text, "version": {"type": "integer", "minimum": 1}, "state": {"enum": ["published", "withdrawn"]}}
    envelope = {"total": many, "returned": many, "complete": {"type": "boolean"}, "as_of": moment, "next": {"type": ["string", "null"]}}
    findings = {"type": "array", "items": {"type": "object"}}
    return schemas | written | {
        "Known": {"type": "object", "required": ["number", "url", "state", "version", "axis", "title"], "properties": life | {"axis": {"enum": list(_AXES)}, "title": text},
                  "description": "What a record says, with what the portal knows of it"},
        "Whole": {"allOf": [{"$ref": "#/components/schemas/Known"}, _object({
            "standing": {"description": "How it stands today: what took its place, or why it was taken back",
                         "oneOf": [{"type": "null"}, _object({"kind": text, "since": maybe, "by": {"type": ["object", "null"]}}, "kind", "since", "by")]},
            "formerly": {"type": "array", "items": text, "description": "Numbers that it had before; they lead here"},
            "tables": {"type": "array", "description": "Its files that are tables: where each opens, and its rows as data",
                       "items": _object({"file": text, "title": maybe, "url": maybe, "csv": maybe, "json": maybe, "columns": maybe, "columns_csv": maybe}, "file", "url")},
            "links": {"type": "array", "items": {"type": "object"}, "description": "Its relations both ways"},
            "found_in_text": {"description": "What it cites in its words"},
            "answers": {"type": "array", "items": {"$ref": "#/components/schemas/Answer"}},
            "versions": {"type": "array", "items": {"type": "object"}},
            "time_zone": text | {"description": "By which the days of its agency are counted, as the IANA database names it"},
            "progress": {"type": "array", "items": {"type": "object"}, "description": "Of a policy: how far each target is reached"},
            "measures": {"type": "array", "items": {"type": "object"}, "description": "Of an outcome: the targets that it measures"},
        }, "standing", "formerly", "tables", "links", "answers", "versions", "time_zone")]},
        "Answer": _object({
            "id": many, "record": text, "title": text, "kind": {"enum": list(KINDS)}, "asked": text, "question": text, "question_language": text,
            "blanked": {"type": "boolean", "description": "Whether something was blanked out in the question"}, "answered": moment, "changed": {"type": ["string", "null"]},
            "agency": text, "agency_name": text, "answer": text, "answer_language": text, "url": text,
        }, "id", "record", "kind", "asked", "question", "answered", "agency", "answer", "url"),
        "Answers": _object(envelope | {"results": {"type": "array", "items": {"$ref": "#/components/schemas/Answer"}}}, *envelope, "results"),
        "List": _object(envelope | {"total_is": {"enum": ["exact", "lower_bound"]}, "results": {"type": "array", "items": {"$ref": "#/components/schemas/Known"}},
                                    "facets": {"type": "object"}}, *envelope, "results"),
        "Changes": _object(envelope | {"results": {"type": "array", "items": {"type": "object"}}}, *envelope, "results"),
        "Own": _object(life | {"record": sent}, "number", "version", "record"),
        "Sent": _object({
            "record": sent, "publish": {"type": "boolean", "default": True}, "note": text | {"description": "What was corrected, for readers; needed for a new version"},
            "answer": text | {"description": "Why what was found may go out all the same"},
            "check": {"type": "boolean", "default": False, "description": "Only say what would be done"},
        }, "record") | {"additionalProperties": False},
        "Receipt": _object({
            "state": {"enum": ["published", "unchanged", "checked", "submitted", "draft"]}, "number": text, "version": many, "url": text, "findings": findings, "draft": text,
        }, "state", "number", "version", "url", "findings"),
        "Kept": _object({"sha256": text, "name": text, "media_type": text, "size": many, "looked": {"type": "boolean", "description": "Whether it was looked into; a record with a file that was not is refused"}, "findings": findings},
                        "sha256", "name", "media_type", "size", "looked", "findings"),
        "Problem": _object({
            "type": text, "title": text, "status": {"type": "integer"}, "detail": text, "parameter": text, "reference": text,
            "errors": {"type": "array", "items": _object({"path": text, "value": text, "message": text}, "path", "value", "message")},
        }, "title", "status"),
    }  # fmt: skip


_FILE_SENT = {"type": "object", "required": ["sha256"], "properties": {"sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "title": {"type": "string"}},
              "description": "A file that was sent to /api/v1/files before"}  # fmt: skip


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


def _reads(id: str, summary: str, parameters: list[dict[str, Any]], answer: dict[str, Any], *faults: int) -> dict[str, Any]:
    return {"operationId": id, "summary": summary, "tags": ["Everybody"], "parameters": parameters, "responses": {"200": answer} | _faults(*faults)}


def _answer(words: str, schema: str, *, etag: bool = False) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": words, "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}
    if etag:
        answer["headers"] = {"ETag": {"description": "The version, for If-Match", "schema": {"type": "string"}}}
    return answer


def _faults(*statuses: int) -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/{status}"} for status in statuses}


def _problem(words: str) -> dict[str, Any]:
    return {"description": words, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _query(name: str, schema: dict[str, Any], words: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": words, **more}


def _header(name: str, words: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "header", "schema": {"type": "string", **schema}, "description": words}
