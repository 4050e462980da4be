"""Pages: server-rendered, in the reader's language and direction, working without scripts.

``return render(request, "desk.html", receptions=receptions)``. Every template extends ``base.html`` and may use
``_``, ``ngettext``, ``language``, ``dir``, ``languages``, ``claims`` (or None), ``csrf``, ``path``, ``body``,
``body_name``, ``asset("doorstep.css")``, in the body's zone ``format_date(on)``, ``format_time(at)``,
``format_datetime(at)``, ``percent(share)``, ``number(n)``. A name that a template misses is an error, never
an empty place. A form that did its work answers ``see_other("/desk", N_("The reception is registered."))``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote, unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from shared.errors import Unauthorized
from shared.i18n import LANGUAGES, N_, Catalogues, Translator
from shared.i18n.vocabulary import category_name
from shared.settings import ServiceSettings
from shared.web.assets import Assets
from shared.web.auth import SESSION_COOKIE
from shared.web.names import NameBook
from shared.web.state import translator_of, web_of
from shared.web.tokens import Claims, Role

SHARED_TEMPLATES = Path(__file__).parent / "templates"
_REVALIDATED = "private, no-cache"
_PRIVATE_PREFIXES = ("/track", "/reply")
_SAID_COOKIE = "doorstep_said"
_SAID_SECONDS = 60


@dataclass(frozen=True)
class NavigationEntry:
    """A place in the staff's navigation and who finds it there."""

    path: str
    label: str
    roles: frozenset[Role]


NAVIGATION = (
    NavigationEntry("/desk", N_("Station desk"), frozenset({Role.CLERK, Role.OFFICER})),
    NavigationEntry("/work", N_("My orders"), frozenset({Role.MEMBER})),
    NavigationEntry("/work", N_("Casework"), frozenset({Role.DISPATCHER, Role.OFFICER})),
    NavigationEntry("/office", N_("Office"), frozenset({Role.DISPATCHER, Role.OFFICER})),
    NavigationEntry("/reports", N_("Figures"), frozenset({Role.DISPATCHER, Role.OFFICER, Role.MEMBER})),
    NavigationEntry("/notices", N_("Notices"), frozenset({Role.DISPATCHER, Role.OFFICER})),
)


class Pages:
    """The templates of one service, one environment per language so that macros speak it too."""

    def __init__(
        self,
        settings: ServiceSettings,
        translations: Catalogues,
        folders: Sequence[Path],
        assets: Assets,
        names: NameBook | None = None,
    ) -> None:
        self._settings = settings
        self._translations = translations
        self._loader = FileSystemLoader([*folders, SHARED_TEMPLATES])
        self._assets = assets
        self._names = names or NameBook("")
        self._environments: dict[str, Environment] = {}

    def render(self, request: Request, template: str, status: int = 200, /, **context: object) -> HTMLResponse:
        """The page as an answer; raises jinja2 errors for a template that asks for what it was not given."""
        claims = self._reader(request)
        said = unquote(request.cookies.get(_SAID_COOKIE, ""))
        environment = self._environment(translator_of(request))
        html = environment.get_template(template).render(
            claims=claims,
            csrf=claims.csrf if claims else "",
            navigation=[entry for entry in NAVIGATION if claims and claims.role in entry.roles],
            path=request.url.path,
            said=said,
            request_id=request.scope.get("state", {}).get("request_id", ""),
            **context,
        )
        response = HTMLResponse(html, status_code=status)
        if said:
            response.delete_cookie(_SAID_COOKIE, path="/", httponly=True, samesite="lax")
        if claims is None and not request.url.path.startswith(_PRIVATE_PREFIXES):
            # A resident who goes back finds the words typed before; nothing here is anybody's secret.
            response.headers["Cache-Control"] = _REVALIDATED
        return response

    def document(self, translator: Translator, template: str, /, **context: object) -> str:
        """A document of its own, in ``translator``'s language and for nobody's eyes in particular: no page of ours.

        Its template does not extend ``base.html``; raises as :meth:`render` does.
        """
        return self._environment(translator).get_template(template).render(**context)

    def called(self, kind: str, code: str, translator: Translator) -> str:
        """What a code of the roster is called in the reader's language, as ``called`` says it in templates."""
        return self._names.called(kind, code, translator.code)

    def _reader(self, request: Request) -> Claims | None:
        known: Claims | None = getattr(request.state, "claims", None)
        token = request.cookies.get(SESSION_COOKIE)
        if known is not None or not token:
            return known
        try:
            return web_of(request).verifier.verify(token)
        except Unauthorized:
            return None

    def _environment(self, translator: Translator) -> Environment:
        environment = self._environments.get(translator.code)
        if environment is None:
            environment = self._environments[translator.code] = self._built(translator)
        return environment

    def _built(self, translator: Translator) -> Environment:
        settings, zone = self._settings, self._settings.time_zone
        environment = Environment(
            loader=self._loader,
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.install_gettext_callables(  # type: ignore[attr-defined]
            translator.gettext, translator.ngettext, newstyle=True
        )
        environment.policies["ext.i18n.trimmed"] = True
        environment.globals.update(
            language=translator.code,
            dir=translator.direction,
            languages=LANGUAGES,
            asset=self._assets.url,
            body=settings.body,
            body_name=settings.body_names.get(translator.code)
            or settings.body_names.get(settings.default_language)
            or settings.body,
            format_date=translator.format_date,
            format_month=translator.format_month,
            format_weekday=translator.format_weekday,
            format_time=partial(translator.format_time, zone=zone),
            format_datetime=partial(translator.format_datetime, zone=zone),
            percent=translator.format_percent,
            number=translator.format_number,
            category_name=category_name,
            called=partial(self._names.called, language=translator.code),
        )
        return environment


def see_other(path: str, said: str = "") -> RedirectResponse:
    """Answer a form that did its work: 303 to a page of ours, which will say ``said`` (a marked msgid) once."""
    response = RedirectResponse(path, status_code=303)
    if said:
        response.set_cookie(_SAID_COOKIE, quote(said), max_age=_SAID_SECONDS, path="/", httponly=True, samesite="lax")
    return response


def render(request: Request, template: str, status: int = 200, /, **context: object) -> HTMLResponse:
    """Answer ``request`` with a page of its own service, in the reader's language."""
    return web_of(request).pages.render(request, template, status, **context)
