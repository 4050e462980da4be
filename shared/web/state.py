"""What hangs on ``app.state.web``: everything a request needs from its service, put there by the factory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from shared.i18n import Catalogues, Translator, negotiate
from shared.observe import Metrics
from shared.settings import ServiceSettings
from shared.web.tokens import TokenVerifier

if TYPE_CHECKING:
    from shared.web.pages import Pages

LANGUAGE_COOKIE = "doorstep_language"


@dataclass(frozen=True)
class Web:
    """The web side of one service."""

    settings: ServiceSettings
    verifier: TokenVerifier
    translations: Catalogues
    pages: Pages
    metrics: Metrics


def web_of(request: HTTPConnection) -> Web:
    """The service's web side, from any request of it."""
    web: Web = request.app.state.web
    return web


def translator_of(request: HTTPConnection) -> Translator:
    """The translator of the reader's language: chosen before, asked for by the browser, or the body's own."""
    web = web_of(request)
    code = negotiate(
        request.headers.get("accept-language"),
        request.cookies.get(LANGUAGE_COOKIE),
        web.settings.default_language,
    )
    return web.translations.translator(code)
