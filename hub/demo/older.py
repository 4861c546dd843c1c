"""The hospital's older registration: it believes whatever stands in its X-Pasien headers. That is why only the gate may reach it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.demo.child import ASSETS, answer, page, told


@dataclass(frozen=True)
class Registration:
    rows: list[dict[str, str]]  # header, label
    issuer: str

    async def home(self, request: Request) -> Response:
        """Show the headers as they came: missing ones are missing."""
        found = [(row["header"], row["label"], request.headers[row["header"]]) for row in self.rows if row["header"] in request.headers]
        return page("older.html", {"found": found, "rows": self.rows, "issuer": self.issuer, "path": request.url.path[:60]})

    def routes(self) -> list[Route]:
        return [*ASSETS.routes(), Route("/{path:path}", self.home, methods=["GET", "POST"])]


def main() -> None:
    values = told()
    descriptor = values.pop("socket")
    answer(Starlette(routes=Registration(**values).routes()), descriptor)


if __name__ == "__main__":
    main()
