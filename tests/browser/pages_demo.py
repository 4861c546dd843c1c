"""The pages of the demonstration's own programs: two kinds of application and the gate before the older one. They have Indonesian only."""

from __future__ import annotations

import httpx
from starlette.applications import Starlette
from starlette.types import ASGIApp

from hub.demo.child import PAGES
from hub.demo.older import Registration
from hub.demo.party import Party
from hub.demo.proxy import Proxy
from tests.browser.stage import Page, Stage, Walk, note

ISSUER = "http://localhost:8000"
ONLY = ("id",)
SERVICES = [
    {"slug": "pendampingan-usaha", "label": "Pendampingan usaha kecil", "scope": "openid name nik"},
    {"slug": "izin-usaha", "label": "Izin usaha", "scope": "openid name nib"},
]
ROWS = [
    {"header": "x-pasien-nik", "label": "NIK"},
    {"header": "x-pasien-nama", "label": "Nama"},
    {"header": "x-pasien-bpjs", "label": "Nomor BPJS"},
]
PERSON = {
    "claims": {"sub": "pw-3kX1m9QvT7n0aLcE5sYd2w", "name": "Siti Peragawati", "nik": "3503115203889001", "children": ["a", "b"]},
    "id_token": "x",
    "csrf": "t8Kd0mZ4vXq1",
}


def _party() -> Party:
    party = Party("Usaha Kecil", "Dinas Koperasi dan Usaha Mikro", "usaha-kecil", SERVICES, ISSUER, "http://localhost:8101", "secret")
    party.people["h"] = dict(PERSON)
    return party


def _at_party(path: str, cookie: str = "") -> Walk:
    return _walk(Starlette(routes=_party().routes()), path, {"cookie": f"usaha-kecil-sesi={cookie}"})


def _refused_by_person() -> Walk:
    """Return a walk to the answer that says the person did not share."""

    async def walk(stage: Stage) -> httpx.Response:
        party = _party()
        party.provider.update(issuer=ISSUER, authorization_endpoint=f"{ISSUER}/authorize")
        app = Starlette(routes=party.routes())
        begun = await _ask(stage, app, "/masuk", {})
        ((handle, attempt),) = party.attempts.items()
        assert begun.status_code == 303
        back = httpx.QueryParams(state=attempt.state, iss=ISSUER, error="access_denied")
        return await _ask(stage, app, f"/kembali?{back}", {"cookie": f"usaha-kecil-sesi-masuk={handle}"})

    return walk


def _gate(status: int) -> Walk:
    """Return a walk to the gate's own page when Gapura answers its check with this status."""
    gapura = httpx.MockTransport(lambda request: httpx.Response(status))
    return _walk(Proxy(ISSUER, "localhost:8103", "http://localhost:8104", httpx.AsyncClient(transport=gapura)), "/", {})


def _at_older(headers: dict[str, str]) -> Walk:
    return _walk(Starlette(routes=Registration(ROWS, ISSUER).routes()), "/", headers)


def _walk(app: ASGIApp, path: str, headers: dict[str, str]) -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        return await _ask(stage, app, path, headers)

    return walk


async def _ask(stage: Stage, app: ASGIApp, path: str, headers: dict[str, str]) -> httpx.Response:
    """Return the program's answer; which template made it is noted while it answers."""
    note(PAGES, stage.rendered)
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8101") as http:
            return await http.get(path, headers=headers)
    finally:
        vars(PAGES).pop("get_template")


DEMO: tuple[Page, ...] = (
    Page("demo/party.html", "A", {"usual": _at_party("/"), "signed-in": _at_party("/", "h")}, ONLY),
    Page("demo/party-error.html", "A", {"usual": _at_party("/kembali?state=x"), "declined": _refused_by_person()}, ONLY),
    Page(
        "demo/older.html",
        "A",
        {
            "usual": _at_older({"x-pasien-nik": "3503115203889001", "x-pasien-nama": "SITI PERAGAWATI", "x-pasien-bpjs": "0001"}),
            "less": _at_older({"x-pasien-nik": "3503115203889001"}),
        },
        ONLY,
    ),
    Page("demo/refused.html", "A", {"usual": _gate(403), "unclear": _gate(500)}, ONLY),
)
