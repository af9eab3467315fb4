"""A reader's browser without a screen: a test client that judges every page it opens."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from .judge import judge, parsed


class JudgingClient(FlaskClient):
    """Flask's test client. Every HTML page that it gets is judged; `judge=False` looks away.

    `get(path, follow_redirects=True)` follows redirects. `submit` fills in and sends a form as a browser would.
    """

    def open(self, *args: Any, judge: bool = True, **options: Any) -> TestResponse:
        response = super().open(*args, **options)
        if judge and response.mimetype == "text/html" and not 300 <= response.status_code < 400:
            _judge_answer(response)
        return response

    def submit(self, path: str, fields: dict[str, Any] | None = None, *, form: str | None = None, button: str | None = None,
               **options: Any) -> TestResponse:  # fmt: skip
        """Open `path`, fill in its form (the one with the id `form`, else the only one that posts) and send it.

        What a browser would send by itself is sent: hidden fields, defaults, ticked boxes. `fields` changes them;
        None leaves a field out. `button` is the name of the button that is pressed. Fails for an unknown field.
        """
        page = self.get(path, judge=options.get("judge", True), follow_redirects=True)
        assert page.status_code == 200, f"{path} answered {page.status_code}, so there is no form to fill in"
        element = _form(page.text, form)
        data, known = _defaults(element, button)
        for name, value in (fields or {}).items():
            assert name in known, f"the form at {path} has no field {name!r}; it has {', '.join(sorted(known))}"
            data[name] = value
        data = {name: value for name, value in data.items() if value is not None}
        target = element.get("action") or page.request.full_path.removesuffix("?")
        method = element.get("method", "get").upper()
        sent = {"query_string": data} if method == "GET" else {"data": data}
        if element.get("enctype") == "multipart/form-data":
            sent["content_type"] = "multipart/form-data"
        return self.open(target, method=method, **sent, **options)


def _judge_answer(response: TestResponse) -> None:
    path = response.request.full_path.removesuffix("?")
    policy = response.headers.get("Content-Security-Policy", "")
    assert "default-src" in policy, f"{path} has no Content-Security-Policy"
    assert "unsafe" not in policy, f"{path} has a Content-Security-Policy that lets inline scripts in: {policy}"
    judge(response.text, status=response.status_code, path=path)


def _form(html: str, form_id: str | None) -> Any:
    root = parsed(html)[1]
    forms = [form for form in root.iter("form") if form_id is None or form.get("id") == form_id]
    posting = [form for form in forms if form.get("method", "get").lower() == "post"]
    # Where several forms post, signing out in the header is rarely the one that is meant.
    inside = [form for main in root.iter("main") for form in main.iter("form") if form in posting]
    found = forms if form_id else inside or posting
    assert len(found) == 1, f"{len(found)} forms fit; name one: {[form.get('id') for form in root.iter('form')]}"
    return found[0]


def _defaults(form: Any, button: str | None) -> tuple[dict[str, Any], set[str]]:
    data: dict[str, Any] = {}
    known: set[str] = set()
    for field in form.iter():
        name = field.get("name")
        if field.tag not in ("input", "select", "textarea", "button") or not name:
            continue
        known.add(name)
        if field.tag == "button" or field.get("type") in ("submit", "image"):
            if button == name:
                data[name] = field.get("value", "")
        elif field.get("disabled") is None and (value := _value(field)) is not None:
            data[name] = [*_list(data[name]), value] if name in data else value
    assert button is None or button in data, f"there is no button named {button!r}"
    return data, known


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _value(field: Any) -> str | None:
    kind = field.get("type", "text")
    if field.tag == "textarea":
        return "".join(field.itertext()).removeprefix("\n")
    if field.tag == "select":
        options = list(field.iter("option"))
        chosen = [option for option in options if option.get("selected") is not None] or options[:1]
        return next((option.get("value", option.text or "") for option in chosen), None)
    if kind in ("checkbox", "radio"):
        return field.get("value", "on") if field.get("checked") is not None else None
    return None if kind == "file" else field.get("value", "")
