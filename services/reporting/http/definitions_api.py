"""``/api/v1/figures/definitions``: what every figure is, for programs that show them."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.requests import Request

from services.reporting.figures import CATALOGUE, Figure, figure_of
from services.reporting.http.api import STAFF
from shared.i18n import CODES, Catalogues, Translator
from shared.web.auth import allow
from shared.web.routers import api_router
from shared.web.state import translator_of, web_of

_SAID = ("definition", "denominator", "formula", "rule")


class DefinitionOut(BaseModel):
    """A definition in the reader's language, and its name in every language.

    ``source``: the kinds of events on the report plane that it is made of. ``denominator`` is null of what is no share,
    ``rule`` where nobody would count otherwise.
    """

    key: str
    name: str
    names: dict[str, str]
    definition: str
    denominator: str | None
    formula: str | None
    rule: str | None
    source: list[str]

    @classmethod
    def of(cls, figure: Figure, reader: Translator, translations: Catalogues) -> DefinitionOut:
        """The same for the wire."""
        said = {field: getattr(figure, field) for field in _SAID}
        return cls.model_validate(
            {
                "key": figure.key,
                "name": reader.gettext(figure.name),
                "names": {code: translations.translator(code).gettext(figure.name) for code in CODES},
                "source": [*figure.source],
                **{field: msgid and reader.gettext(msgid) for field, msgid in said.items()},
            }
        )


class DefinitionsOut(BaseModel):
    """All of them, in the order of the page."""

    items: Sequence[DefinitionOut]


def definitions_api() -> APIRouter:
    """Reads for all staff."""
    router = api_router("/api/v1/figures", "figures", [Depends(allow(*STAFF))])

    @router.get("/definitions")
    async def definitions(request: Request) -> DefinitionsOut:
        """Every figure of the catalogue: name, definition, denominator, formula, rule and source."""
        reader, translations = translator_of(request), web_of(request).translations
        return DefinitionsOut(items=[DefinitionOut.of(figure, reader, translations) for figure in CATALOGUE])

    @router.get("/definitions/{key}")
    async def definition(request: Request, key: str) -> DefinitionOut:
        """One of them."""
        return DefinitionOut.of(figure_of(key), translator_of(request), web_of(request).translations)

    return router
