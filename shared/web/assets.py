"""Style sheets and the like, read once at start and served under a name that changes with their content."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shared.errors import NotFound

FOLDER = Path(__file__).parent / "static"
_TYPES = {".woff2": "font/woff2", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file with the hash that stands in its address."""

    name: str
    content: bytes
    media_type: str

    @property
    def version(self) -> str:
        """Changes whenever the content does."""
        return hashlib.sha256(self.content).hexdigest()[:12]

    @property
    def url(self) -> str:
        """Where a page finds it."""
        return f"/static/{self.version}/{self.name}"


class Assets:
    """The files of one folder by name."""

    def __init__(self, assets: Mapping[str, Asset]) -> None:
        self._assets = dict(assets)
        self._urls = {name: asset.url for name, asset in assets.items()}

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Assets:
        """Read every file of ``folder``."""
        files = (path for path in sorted(folder.iterdir()) if path.is_file())
        return cls({path.name: Asset(path.name, path.read_bytes(), _type_of(path)) for path in files})

    def url(self, name: str) -> str:
        """The address of an asset; raises KeyError for a name that does not exist."""
        return self._urls[name]

    def route(self) -> Route:
        """``/static/<version>/<name>``; an older version's address gives the present file, uncached."""

        async def serve(request: Request) -> Response:
            asset = self._assets.get(request.path_params["name"])
            if asset is None:
                raise NotFound("not-found", "There is nothing at this address.")
            current = request.path_params["version"] == asset.version
            return Response(
                asset.content,
                media_type=asset.media_type,
                headers={"Cache-Control": _FOREVER if current else "no-cache"},
            )

        return Route("/static/{version}/{name}", serve, methods=["GET"])


def _type_of(path: Path) -> str:
    return _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
