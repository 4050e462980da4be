"""Speaks to a running body over its public API, as one of its staff."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

import httpx

from deploy.trouble import Trouble

_CONNECTIONS = 24


class Refused(Trouble):
    """The body said no; the text is its problem document as a sentence, naming the field it is about."""

    def __init__(self, status: int, sentence: str, problem: dict[str, Any]) -> None:
        super().__init__(sentence)
        self.status = status
        self.problem = problem


class BodyClient:
    """Signs in once, again when the token has run out, and turns refusals into :class:`Refused`."""

    def __init__(
        self,
        url: str,
        login: str,
        password: str,
        *,
        timeout: float = 30.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """``timeout`` in seconds for one answer; ``transport`` for those who answer without a network."""
        self._login = login
        self._password = password
        self._token: str | None = None
        self._signing_in = asyncio.Lock()
        limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
        self._http = httpx.AsyncClient(
            base_url=url,
            timeout=timeout,
            limits=limits,
            transport=transport,
            # Refusals are read among our own words.
            headers={"Accept-Language": "en"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def get(self, path: str, **query: str) -> Any:
        """The JSON that GET answers; raises :class:`Refused` or ``httpx.TransportError``."""
        return await self._ask("GET", path, params=query)

    async def get_file(self, path: str, **query: str) -> bytes:
        """The bytes that GET answers, whatever they are; raises as :meth:`get` does."""
        return (await self._answer("GET", path, params=query)).content

    async def post(self, path: str, content: Any = None, *, key: str | None = None) -> Any:
        """The JSON that POST answers to ``content``; ``key`` is its Idempotency-Key."""
        headers = {"Idempotency-Key": key} if key else {}
        return await self._ask("POST", path, json={} if content is None else content, headers=headers)

    async def put(self, path: str, content: Any) -> Any:
        """The JSON that PUT answers to ``content``."""
        return await self._ask("PUT", path, json=content)

    async def post_bytes(self, path: str, content: bytes, **query: str) -> Any:
        """Like :meth:`post` for a file that is to be judged exactly as it is."""
        headers = {"Content-Type": "application/json"}
        return await self._ask("POST", path, content=content, params=query, headers=headers)

    async def _ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, **request: Any) -> Any:
        answer = await self._answer(method, path, headers=headers, **request)
        return answer.json() if answer.content else None

    async def _answer(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **request: Any
    ) -> httpx.Response:
        answer = await self._send(method, path, headers or {}, request)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._token = None
            answer = await self._send(method, path, headers or {}, request)
        return _accepted(answer)

    async def _send(self, method: str, path: str, headers: dict[str, str], request: dict[str, Any]) -> httpx.Response:
        # Of many requests at once only one signs in: passwords are slow to check on purpose.
        async with self._signing_in:
            if self._token is None:
                self._token = await self._sign_in()
        signed = {**headers, "Authorization": f"Bearer {self._token}"}
        return await self._http.request(method, path, headers=signed, **request)

    async def _sign_in(self) -> str:
        said = await self._http.post("/api/v1/login", json={"login": self._login, "password": self._password})
        token = _accepted(said).json()["access_token"]
        assert isinstance(token, str)
        return token


def _accepted(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    raise Refused(answer.status_code, _sentence(answer.status_code, problem), problem)


def _sentence(status: int, problem: dict[str, Any]) -> str:
    errors = problem.get("errors") or []
    parts = [
        f"{where}: {error.get('detail', '')}" if (where := _where(error)) else str(error.get("detail", ""))
        for error in errors
        if isinstance(error, dict)
    ]
    said = "; ".join(parts) or problem.get("detail") or problem.get("title") or "no reason given"
    return f"{said} ({problem.get('code', 'http')} {status})"


def _where(error: dict[str, Any]) -> str:
    place = str(error.get("field") or error.get("pointer") or "")
    line = error.get("line")
    return f"line {line}, {place}" if line is not None else place
