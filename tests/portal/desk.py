"""An officer at the desk, told as people do things: signs in, fills in a form, publishes, corrects, withdraws."""

import time
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from harvesters.record import read_number
from portal import accounts, catalogue
from portal.catalogue import AnyRecord, Entry
from portal.forms.grids import GRIDS, text_sent
from portal.parts import Portal
from portal.spellings import code_of

from ..browser import JudgingClient
from ..judge import parsed

PASSWORD = "four quiet rivers bend"


def open_account(portal: Portal, email: str = "lan@hanoi.example", agency: str = "Hanoi council", role: str = "publisher",
                 portal_admin: bool = False) -> None:  # fmt: skip
    """An account as the operator makes it."""
    name = "Lan Nguyen" if email.startswith("lan@") else email.partition("@")[0].title()
    with portal.database.write() as session:
        accounts.add_user(session, email=email, name=name, agency=agency, password=PASSWORD, now=datetime.now(UTC), role=role, portal_admin=portal_admin)


def sign_in(page: Any, portal: str, email: str) -> None:
    """Sign in with a real browser's page, by keyboard, and wait for the desk. `portal`: its address."""
    page.goto(f"{portal}/sign-in")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/publish/")


class Officer:
    """Someone with an account and a browser of their own."""

    def __init__(self, app: Flask, email: str = "lan@hanoi.example", agency: str = "Hanoi council", role: str = "publisher",
                 portal_admin: bool = False) -> None:  # fmt: skip
        self.portal: Portal = app.extensions["clerestory"]
        self.client: JudgingClient = app.test_client()  # type: ignore[assignment]
        self.email = email
        open_account(self.portal, email, agency, role, portal_admin)

    def signs_in(self, password: str = PASSWORD, path: str = "/sign-in") -> TestResponse:
        return self.client.submit(path, {"email": self.email, "password": password})

    def signs_out(self) -> TestResponse:
        return self.client.submit("/publish/", form="sign-out")

    def fills_in(self, path: str, action: str = "preview", **fields: Any) -> TestResponse:
        """Fill in a record's form and press a button; rows that the form does not show yet are sent all the same."""
        page = self.client.get(path)
        assert page.status_code == 200, path
        data = {**_typed(page.text), **fields, "action": action}
        data = {name: value for name, value in data.items() if value is not None}
        return self.client.post(_action(page.text), data=data, content_type="multipart/form-data")

    def previews(self, axis: str, **fields: Any) -> tuple[str, TestResponse]:
        """Fill in the form of an axis and go on: the preview's address, and the preview."""
        fields = {"type": "other", "title": "Some title", "language": "en"} | fields
        sent = self.fills_in(f"/publish/{axis}", **fields)
        assert sent.status_code == 303, sent.text
        return sent.headers["Location"], self.waits_for_looks(sent.headers["Location"])

    def waits_for_looks(self, preview: str) -> TestResponse:
        """The preview, once its files have been looked into."""
        for _ in range(600):
            page = self.client.get(preview)
            if 'class="looking"' not in page.text:
                return page
            time.sleep(0.05)
        raise AssertionError("the looks never end")

    def publishes(self, axis: str, **fields: Any) -> str:
        """Fill in the form of an axis and publish: the record's number."""
        address, _preview = self.previews(axis, **fields)
        return self.presses_publish(address)

    def presses_publish(self, preview: str, note: str = "A typing error was mended.") -> str:
        """Press the button; where it is a correction, readers are told `note`."""
        asks = 'name="note"' in self.waits_for_looks(preview).text
        answer = self.client.submit(preview, {"note": note} if asks else {}, form="publish")
        assert answer.status_code == 303, answer.text
        number = read_number(answer.headers["Location"].rsplit("/", 1)[-1])
        assert number
        return number

    def posts(self, path: str) -> TestResponse:
        """Press a button that is a form of its own."""
        return self.client.post(path, data={"csrf_token": self.token()})

    def corrects(self, number: str, **fields: Any) -> str:
        """Begin a correction, change some fields, go on: the preview's address."""
        begun = self.posts(f"/publish/records/{number}/correct")
        assert begun.status_code == 303
        sent = self.fills_in(begun.headers["Location"], **fields)
        assert sent.status_code == 303, sent.text
        return sent.headers["Location"]

    def hands_in(self, axis: str, **fields: Any) -> str:
        """Fill in the form of an axis and hand it in for review: the preview's address."""
        address, _preview = self.previews(axis, **fields)
        answer = self.posts(address.replace("/preview", "/submit"))
        assert answer.status_code == 303, answer.text
        return address

    def token(self) -> str:
        return self.client.get("/sign-in" if not self._is_in() else "/account").text.split('name="csrf_token" value="')[1].split('"')[0]

    def _is_in(self) -> bool:
        return self.client.get("/account").status_code == 200

    def entry(self, number: str) -> Entry:
        with self.portal.database.read() as session:
            found = catalogue.find(session, number)
        assert found
        return found

    def record(self, number: str) -> AnyRecord:
        return self.entry(number).record

    def titles(self, number: str) -> list[str]:
        """What the record was called in each of its versions, the newest first."""
        with self.portal.database.read() as session:
            return [one.data["title"] for one in catalogue.versions(session, self.entry(number))]


def _form(html: str) -> Any:
    root = parsed(html)[1]
    return next(form for form in root.iter("form") if form.get("id") == "record")


def _action(html: str) -> str:
    return str(_form(html).get("action"))


def _typed(html: str) -> dict[str, Any]:
    """What a browser would send of the form as it stands, buttons and files aside."""
    typed: dict[str, Any] = {}
    for field in _form(html).iter():
        name, kind = field.get("name"), field.get("type", "text")
        if not name or kind in ("submit", "file"):
            continue
        if field.tag == "textarea":
            typed[name] = "".join(field.itertext()).removeprefix("\n")
        elif field.tag == "select":
            typed[name] = next((one.get("value") for one in field.iter("option") if one.get("selected") is not None), "")
        elif kind == "checkbox":
            if field.get("checked") is not None:
                typed[name] = [*typed.get(name, []), field.get("value")]
        elif field.tag == "input":
            typed[name] = field.get("value", "")
    return typed


def typed_into(html: str) -> dict[str, Any]:
    """What was typed into a form, field by field: the rows of its small tables as the lines that they are."""
    typed = _typed(html)
    if code := code_of("languages", typed.get("language", "")):
        typed["language"] = code
    for grid in GRIDS.values():
        lines = text_sent(grid, {name: [value] for name, value in typed.items() if isinstance(value, str)})
        typed = {name: value for name, value in typed.items() if not name.startswith(f"{grid.row}_")} | ({grid.name: lines} if lines else {})
    return typed
