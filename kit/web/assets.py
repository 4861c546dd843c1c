"""The few files a page loads: style, script, logo. Named by their content, so that a browser may keep them for ever."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(__file__).parent / "static"
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


class Assets:
    """All files of `static/`, read once, each with its gzip form."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files: dict[str, tuple[bytes, bytes, str]] = {}
        self._names: dict[str, str] = {}
        for path in sorted(folder.iterdir()):
            if path.suffix not in TYPES:
                continue
            raw = path.read_bytes()
            name = f"{path.stem}.{hashlib.sha256(raw).hexdigest()[:12]}{path.suffix}"
            self._names[path.name] = name
            self._files[name] = (raw, gzip.compress(raw, 9, mtime=0), TYPES[path.suffix])

    def url(self, name: str) -> str:
        return f"/aset/{self._names[name]}"

    async def serve(self, request: Request) -> Response:
        found = self._files.get(request.path_params["name"])
        if found is None:
            return Response("not found", 404, media_type="text/plain")
        raw, packed, kind = found
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, media_type=kind, headers={**headers, "Content-Encoding": "gzip"})
        return Response(raw, media_type=kind, headers=headers)

    def routes(self) -> list[Route]:
        return [Route("/aset/{name}", self.serve, methods=["GET"])]
