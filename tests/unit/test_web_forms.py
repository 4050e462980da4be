"""A page's form is the API's model, with what is wrong beside the field."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from shared.errors import Conflict
from shared.web.forms import Form, read_form
from shared.web.pages import see_other
from shared.web.state import translator_of
from tests.unit.web_app import NOON, Submission, WebUnderTest, web_under_test


@pytest.fixture(scope="module")
def web() -> WebUnderTest:
    return web_under_test()


def _posted(web: WebUnderTest, fields: list[tuple[str, str]]) -> Request:
    body = urlencode(fields).encode()

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", b"application/x-www-form-urlencoded"), (b"accept-language", b"en")]
    return Request(
        {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers, "app": web.app},
        receive,
    )


async def _read(web: WebUnderTest, *fields: tuple[str, str]) -> Form[Submission]:
    return await read_form(_posted(web, list(fields)), Submission)


async def test_a_filled_form_is_the_model(web: WebUnderTest) -> None:
    form = await _read(
        web,
        ("words", " 水管\r\n漏水 "),
        ("station", "s-1"),
        ("members", "m-1"),
        ("members", "m-2"),
        ("contact.name", "x"),
        ("recorded_at", "2026-03-10T20:00:00+08:00"),
        ("csrf", "c"),
    )
    assert form.value == Submission.model_validate(
        {
            "words": "水管\n漏水",
            "station": "s-1",
            "members": ["m-1", "m-2"],
            "contact": {"name": "x"},
            "recorded_at": NOON,
        }
    )


async def test_an_empty_field_is_an_absent_one(web: WebUnderTest) -> None:
    empty = [(name, " ") for name in ("contact.name", "members", "recorded_at")]
    form = await _read(web, ("words", "x"), ("station", "s"), *empty)
    assert form.value == Submission(words="x", station="s")


async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(web: WebUnderTest) -> None:
    form = await _read(web, ("words", "typed"), ("members", "m 1"), ("language", "tlh"), ("contact.email", "e"))
    assert form.value is None
    assert set(form.errors) == {"station", "members[0]", "language", "contact.name"}
    assert form.errors["station"] == "This is required."
    assert (form.text("words"), form.text("station", "?"), form.has("language", "tlh")) == ("typed", "?", True)


async def test_a_refusal_of_the_use_case_stands_there_too(web: WebUnderTest) -> None:
    form = await _read(web, ("words", "x"), ("station", "s"))
    translator = translator_of(_posted(web, []))
    refused = form.refused(Conflict("closed", "This cannot be accepted.", field="station"), translator)
    assert (refused.value, refused.errors) == (None, {"station": "This cannot be accepted."})
    whole = form.refused(Conflict("closed", "This cannot be accepted."), translator)
    assert whole.errors == {"": "This cannot be accepted."}


async def test_what_was_done_is_said_once_on_the_next_page(web: WebUnderTest) -> None:
    cookie = see_other("/desk", "This is required.").headers["set-cookie"].partition(";")[0]
    async with web.client(accept="text/html", cookie=cookie, **{"accept-language": "zh"}) as client:
        page = await client.get("/nothing")
    assert '<p class="message message-good" role="status">此项必填。</p>' in page.text
    assert 'doorstep_said=""; ' in page.headers["set-cookie"]


async def test_openapi_says_how_refusals_look(web: WebUnderTest) -> None:
    async with web.client() as client:
        document = (await client.get("/api/v1/intake/openapi.json")).json()
    answers = document["paths"]["/api/v1/issues"]["post"]["responses"]
    assert set(answers) == {"201", "4XX"}
    words = document["components"]["schemas"]["Submission"]["properties"]["words"]
    assert (words["minLength"], words["maxLength"]) == (1, 100)
