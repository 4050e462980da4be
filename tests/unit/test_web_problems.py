"""Every refusal is a problem document that names what was wrong and repeats nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.unit.web_app import WebUnderTest, web_under_test

GOOD = {"words": "水管漏水", "station": "s-1"}
SECRET = "ab-secret-words-cd"


@pytest.fixture
def web() -> WebUnderTest:
    return web_under_test()


@pytest.mark.parametrize(
    ("body", "field", "pointer", "code"),
    [
        ({"station": "s"}, "words", "#/words", "missing"),
        ({**GOOD, "words": SECRET * 10}, "words", "#/words", "string-too-long"),
        ({**GOOD, "words": "   "}, "words", "#/words", "string-too-short"),
        ({**GOOD, "words": 7}, "words", "#/words", "string-type"),
        ({**GOOD, "words": f"{SECRET}\0"}, "words", "#/words", "control-character"),
        ({**GOOD, "words": f"{SECRET}\x1b[2J"}, "words", "#/words", "control-character"),
        ({**GOOD, "station": f"{SECRET}\0"}, "station", "#/station", "string-pattern-mismatch"),
        ({**GOOD, "language": SECRET}, "language", "#/language", "literal-error"),
        ({**GOOD, "members": ["a", {}]}, "members[1]", "#/members/1", "string-type"),
        ({**GOOD, "contact": {"email": "x"}}, "contact.name", "#/contact/name", "missing"),
        ({**GOOD, "contact": SECRET}, "contact", "#/contact", "model-attributes-type"),
        ({**GOOD, "recorded_at": "2026-01-01T00:00:00"}, "recorded_at", "#/recorded_at", "timezone-aware"),
        ({**GOOD, "recorded_at": SECRET}, "recorded_at", "#/recorded_at", "datetime-from-date-parsing"),
        ({**GOOD, "recorded_at": "9999-12-31T23:59:59-12:00"}, "recorded_at", "#/recorded_at", "datetime-parsing"),
    ],
)
async def test_a_wrong_value_is_named_and_not_repeated(
    web: WebUnderTest, body: object, field: str, pointer: str, code: str
) -> None:
    async with web.client(**{"accept-language": "en"}) as client:
        answer = await client.post("/api/v1/issues", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"], problem["type"]) == (422, "invalid-input", "/problems/invalid-input")
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["instance"] == "/api/v1/issues"
    named = problem["errors"][0]
    assert (named["field"], named["pointer"], named["code"]) == (field, pointer, code)
    assert field in problem["detail"]
    assert SECRET not in answer.text


async def test_a_lone_surrogate_is_a_wrong_value(web: WebUnderTest) -> None:
    async with web.client(**{"content-type": "application/json"}) as client:
        answer = await client.post("/api/v1/issues", content=b'{"words": "\\ud800", "station": "s"}')
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "words")


@pytest.mark.parametrize("content", [b'{"words":', b"", b'{"words": "\xff\xfe"}', b"[" * 100_000, b"nonsense"])
async def test_what_cannot_be_read_is_400(web: WebUnderTest, content: bytes) -> None:
    async with web.client(**{"content-type": "application/json"}) as client:
        answer = await client.post("/api/v1/issues", content=content)
    expected = (422, "invalid-input") if not content else (400, "malformed")
    assert (answer.status_code, answer.json()["code"]) == expected


@pytest.mark.parametrize("counted", [True, False])
async def test_what_is_too_large_is_413(web: WebUnderTest, counted: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b" " * 1024

    async with web.client(**{"content-type": "application/json"}) as client:
        content = b" " * (300 * 1024) if counted else pieces()
        answer = await client.post("/api/v1/issues", content=content)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not-found"),
        ("DELETE", "/api/v1/issues", 405, "method-not-allowed"),
        ("GET", "/api/v1/issues?limit=many", 422, "invalid-input"),
        ("GET", "/api/v1/issues?limit=%00", 422, "control-character"),
        ("GET", "/s/a%00b", 422, "control-character"),
        ("GET", "/s/s-9", 404, "unknown-station"),
        ("GET", "/api/v1/refusals/conflict", 409, "not-now"),
        ("GET", "/api/v1/refusals/too-many", 429, "slow-down"),
        ("GET", "/api/v1/refusals/failure", 500, "internal"),
    ],
)
async def test_each_refusal_has_its_status_and_code(
    web: WebUnderTest, method: str, path: str, status: int, code: str
) -> None:
    async with web.client() as client:
        answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "inner secret" not in answer.text
    if status == 429:
        assert answer.headers["retry-after"] == "7"


async def test_the_reader_s_language_is_spoken(web: WebUnderTest) -> None:
    async with web.client(**{"accept-language": "zh-CN"}) as client:
        answer = await client.post("/api/v1/issues", json={"station": "s"})
    assert answer.json()["errors"][0]["detail"] == "此项必填。"


async def test_a_browser_gets_a_page_of_the_same(web: WebUnderTest) -> None:
    async with web.client(accept="text/html,*/*", **{"accept-language": "ug"}) as client:
        answer = await client.get("/s/s-9")
    assert answer.status_code == 404
    assert '<html lang="ug" dir="rtl">' in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "<style" not in answer.text
    assert "style=" not in answer.text
    assert "<script" not in answer.text


async def test_a_replayed_key_is_the_same_request_only_with_the_same_body(web: WebUnderTest) -> None:
    async with web.client(**{"Idempotency-Key": "k-1"}) as client:
        first, second, other = [
            (await client.post("/api/v1/issues", json={"words": words, "station": "s"})).json()["fingerprint"]
            for words in ("a", "a", "b")
        ]
    assert first == second != other


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
async def test_a_bad_key_is_named(web: WebUnderTest, key: str) -> None:
    async with web.client() as client:
        answer = await client.post("/api/v1/issues", json=GOOD, headers=[(b"Idempotency-Key", key.encode())])
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
