"""The pages of the demonstration's own programs: applications new and old, and the gate before an older one. They have Indonesian only."""

from __future__ import annotations

from dataclasses import replace

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from hub.demo.child import PAGES
from hub.demo.older import Registration
from hub.demo.party import Party
from hub.demo.proxy import Proxy
from hub.demo.systems.aduan import SESSION, Aduan
from hub.demo.systems.front import LOOKS, Front
from hub.demo.systems.simpeg import Simpeg
from tests.browser.stage import Page, Stage, Walk, note

ISSUER = "http://localhost:8000"
ONLY = ("id",)
WHYS = ("account", "state", "http", "form")
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
FRONT = Front(
    "simpeg",
    "SIMPEG",
    "BKPSDM",
    2014,
    "PHP 5.6",
    "tiket bertanda tangan, sekali pakai (JWT)",
    ISSUER,
    "http://localhost:8105",
    [{"field": "nip_baru", "label": "NIP"}, {"field": "urn:oid:0.9.2342.19200300.100.1.3", "label": "Surel dinas"}],
)
STAFF = {"nip_baru": "198504172010012901", "urn:oid:0.9.2342.19200300.100.1.3": "rini.dukcapil@example.id", "kode_unit": "DUKCAPIL"}


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


def _at_simpeg(path: str, cookie: str = "") -> Walk:
    simpeg = Simpeg(FRONT, [], [], {"DUKCAPIL": "12"})
    account = {"display_name": "RINI UJIASTUTI"}
    simpeg.sessions.kept["h"] = {"csrf": "t8Kd0mZ4vXq1", "name": "Rini Ujiastuti", "values": STAFF, "account": account}
    return _walk(Starlette(routes=[*simpeg.routes(), *LOOKS.routes()]), path, {"cookie": f"ci_session_simpeg={cookie}"})


def _at_aduan(path: str) -> Walk:
    aduan = Aduan(replace(FRONT, id="aduan-warga", name="Aduan Warga", owner="Diskominfo"), [])
    aduan.sessions["h"] = {"name": "Siti Peragawati", "values": {}}
    return _walk(Starlette(routes=[*aduan.routes(), *LOOKS.routes()]), path, {"cookie": f"{SESSION}=h"})


def _stopped(why: str) -> Walk:
    async def stop(_: Request) -> Response:
        return FRONT.stopped(why)

    return _walk(Starlette(routes=[Route("/", stop), *LOOKS.routes()]), "/", {})


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
    Page(
        "demo/systems/home.html",
        "A",
        {"usual": _at_simpeg("/"), "signed-in": _at_simpeg("/", "h"), "bridged": _at_aduan("/beranda.php")},
        ONLY,
    ),
    Page("demo/systems/login.html", "A", {"usual": _at_aduan("/login.php")}, ONLY),
    Page("demo/systems/stopped.html", "A", {"usual": _stopped("proof"), **{why: _stopped(why) for why in WHYS}}, ONLY),
    Page("demo/refused.html", "A", {"usual": _gate(403), "unclear": _gate(500)}, ONLY),
)
