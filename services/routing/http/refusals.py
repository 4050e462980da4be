"""A refused roster as a problem document: every mistake with its line."""

from __future__ import annotations

import json
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from services.routing.roster.reading import Fault, RosterRefused
from shared.i18n import Translator
from shared.web.problems import problem_of
from shared.web.sentences import field_errors
from shared.web.state import translator_of


@dataclass(frozen=True, slots=True)
class NamedFault:
    """One mistake as a person reads it."""

    line: int
    pointer: str
    detail: str


def named(refused: RosterRefused, translator: Translator) -> list[NamedFault]:
    """The mistakes of a refused roster, in the reader's language."""
    return [NamedFault(fault.line, _pointer(fault), _detail(fault, translator)) for fault in refused.faults]


def _pointer(fault: Fault) -> str:
    return "#" + "".join(f"/{part}" for part in fault.location)


def _detail(fault: Fault, translator: Translator) -> str:
    if fault.of_model is None:
        return translator.sentence(fault.title, **fault.params)
    return field_errors([fault.of_model], translator)[0].detail


def install(app: FastAPI) -> None:
    """Answer a refused roster with all its mistakes."""

    async def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, RosterRefused)
        translator = translator_of(request)
        problem = problem_of(error, translator)
        faults = [
            {"line": fault.line, "pointer": fault.pointer, "field": fault.pointer, "detail": fault.detail}
            for fault in named(error, translator)
        ]
        document = {**problem.document(request), "errors": faults}
        return Response(
            json.dumps(document, ensure_ascii=False).encode(), problem.status, media_type="application/problem+json"
        )

    app.add_exception_handler(RosterRefused, refuse)
