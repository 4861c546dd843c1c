"""The console's pages: each is walked to by an operator, on the demonstration regency."""

from __future__ import annotations

from dataclasses import replace

import httpx
from sqlalchemy import delete

from admin.actions.drafts import RegistrationDraft
from admin.operator import LOCAL
from consent.duty_models import DutyKind
from hub.storage.sql.tables import connectors
from idp.applications.registry import GUARD
from tests.browser.lives import BAYU
from tests.browser.pages_connectors import CONNECTORS
from tests.browser.stage import Page, Stage, Walk, drawn

APPLICATION = "/admin/aplikasi/usaha-kecil"


def _at(path: str, account: str = "3503135001819012") -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        return await (await stage.operator(account)).go(path)

    return walk


async def _owed(stage: Stage, kind: DutyKind, settled: bool) -> str:
    found = await (await stage.site()).resources.stores.duties.of_person("demo-siti")
    return f"/admin/tenggat/{next(one.id for one in found if one.kind is kind and one.open is not settled)}"


def _duty(kind: DutyKind, *, settled: bool = False) -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        return await (await stage.operator()).go(await _owed(stage, kind, settled))

    return walk


async def _wrong_duty(stage: Stage) -> httpx.Response:
    operator = await stage.operator()
    await operator.go(await _owed(stage, DutyKind.CORRECTION, settled=False))
    return await operator.submit(form=-1, outcome="refused", words="")


async def _signed_out(stage: Stage) -> httpx.Response:
    return await (await stage.browser()).go("/admin/keluar")


def _person(rest: str = "") -> Walk:
    """Look Bayu up, as every operator must, and open his profile."""

    async def walk(stage: Stage) -> httpx.Response:
        operator = await stage.operator()
        await operator.go("/admin/warga")
        page = await operator.submit(form=-1, value=BAYU, reason="counter", case="LK-1182")
        return await operator.go(page.request.url.path + rest)

    return walk


def _find(value: str) -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        operator = await stage.operator()
        await operator.go("/admin/warga")
        return await operator.submit(form=-1, value=value, reason="counter", case="")

    return walk


def _proof(wrong: bool = False) -> Walk:
    """Come to an act that waits for password and code."""

    async def walk(stage: Stage) -> httpx.Response:
        operator, admin = await stage.operator(), (await stage.site()).house.admin
        act = await admin.confirmation.hold("demo-dewi", f"{APPLICATION}/henti", [("reason", "uji")], "")
        page = await operator.go(f"/admin/konfirmasi/{act}")
        return await operator.submit(form=-1, password="salah sama sekali", code="111111") if wrong else page

    return walk


async def _rotated(stage: Stage) -> httpx.Response:
    """Keys of every state: one was rotated, one removed."""
    actions = (await stage.site()).house.admin.actions
    await actions.keys.rotate(LOCAL, "ES256", reason="Pergantian berkala", at_once=True)
    lost = next(key.kid for key in await actions.keys.search(LOCAL) if (key.alg, key.state) == ("EdDSA", "active"))
    await actions.keys.remove(LOCAL, lost, typed=lost, reason="Kunci bocor")
    return await (await stage.operator("3503135001819012")).go("/admin/kunci")


async def _too_soon(stage: Stage) -> httpx.Response:
    operator = await stage.operator("3503135001819012")
    await operator.go("/admin/kunci/ganti")
    return await operator.submit(form=-1, reason="Pergantian berkala")


async def _taken(stage: Stage) -> httpx.Response:
    """A connector that is switched off is switched on again, though another stands for its host: it is there for this page alone."""
    site = await stage.site()
    stores, operator = site.resources.stores, await stage.operator()
    gate = next(row for row in await stores.registry.connectors() if row.id == "rsud-daftar")
    try:
        await stores.registry.save_connector(replace(gate, id="rsud-lama", application="usaha-kecil", enabled=False))
        await site.resources.expiring.move(GUARD)
        await operator.go("/admin/konektor/rsud-lama/buka")
        return await operator.submit(form=-1, reason="Dipakai lagi")
    finally:
        async with stores.database.write() as connection:
            await connection.execute(delete(connectors).where(connectors.c.id == "rsud-lama"))
        await site.resources.expiring.move(GUARD)


def _registered(rest: str = "") -> Walk:
    """Open registration, let a client with a name to look at come in, and go to the page."""

    async def walk(stage: Stage) -> httpx.Response:
        site = await stage.site()
        actions = site.house.admin.actions.registrations
        if not await actions.tokens(LOCAL):
            scopes = ("openid", "name")
            draft = RegistrationDraft(
                title="Uji coba tim Dinkes", application="usaha-kecil", redirect_hosts=("rp.example",), scopes=scopes, quota=5
            )
            _, secret = await actions.create(LOCAL, draft)
            body = {"redirect_uris": ["https://rp.example/cb"], "client_name": "Dinas Kesehatan versi ringan"}
            await site.http().post("/register", json=body, headers={"authorization": f"Bearer {secret}"})
            await actions.create(LOCAL, RegistrationDraft(**{**draft.model_dump(), "title": "Suite sertifikasi", "pkce_optional": True}))
            await actions.revoke(LOCAL, (await actions.tokens(LOCAL))[0].id, reason="Uji coba selesai")
        client = (await actions.clients(LOCAL))[0].client_id
        return await (await stage.operator()).go(f"/admin/pendaftaran{rest.replace('CLIENT', client)}")

    return walk


async def _advanced(stage: Stage) -> httpx.Response:
    """The settings of a client that uses the advanced part, which therefore stands open; afterwards it is as it was."""
    site = await stage.site()
    client = site.house.registry.now.clients_of["usaha-kecil"][0]
    registry = site.resources.stores.registry
    await registry.save_client(replace(client, require_par=True, jwks_uri="https://rp.example/jwks.json"))
    await site.house.reload()
    page = await (await stage.operator()).go(f"{APPLICATION}/pengaturan")
    await registry.save_client(client)
    await site.house.reload()
    return page


async def _wrong_token(stage: Stage) -> httpx.Response:
    operator = await stage.operator()
    await operator.go("/admin/pendaftaran/baru")
    return await operator.submit(form=-1, title="", redirect_hosts="*.example.id", quota="3", days="7")


ADMIN: tuple[Page, ...] = (
    Page("admin/home.html", "C", {"usual": _at("/admin")}),
    Page("admin/rights.html", "C", {"usual": _at("/admin/hak")}),
    Page("admin/tokens.html", "C", {"usual": _at("/admin/token")}),
    Page("admin/signed_out.html", "C", {"usual": _signed_out}),
    Page("admin/problem.html", "C", {"usual": _at("/admin/instansi/tidak-ada")}),
    Page("admin/agencies/list.html", "C", {"usual": _at("/admin/instansi"), "none": _at("/admin/instansi?q=zzzz")}),
    Page("admin/agencies/agency.html", "C", {"usual": _at("/admin/instansi/KOMIDAG")}),
    Page("admin/agencies/form.html", "C", {"new": _at("/admin/instansi/baru"), "change": _at("/admin/instansi/KOMIDAG/ubah")}),
    Page(
        "admin/act.html",
        "C",
        {
            "usual": _at("/admin/instansi/KOMIDAG/henti"),
            "application": _at(f"{APPLICATION}/henti"),
            "erase": _person("/hapus"),
            "too-soon": _too_soon,
            "taken": _taken,
        },
    ),
    Page("admin/applications/list.html", "C", {"usual": _at("/admin/aplikasi"), "none": _at("/admin/aplikasi?q=zzzz")}),
    Page("admin/applications/summary.html", "C", {"usual": _at(APPLICATION), "older": _at("/admin/aplikasi/rsud-daftar")}),
    Page("admin/applications/settings.html", "C", {"usual": _at(f"{APPLICATION}/pengaturan"), "advanced": _advanced}),
    Page("admin/applications/data.html", "C", {"usual": _at(f"{APPLICATION}/data")}),
    Page("admin/applications/notice.html", "C", {"usual": _at(f"{APPLICATION}/pemberitahuan")}),
    Page("admin/applications/keys.html", "C", {"usual": _at(f"{APPLICATION}/kunci")}),
    Page("admin/applications/try.html", "C", {"usual": _at(f"{APPLICATION}/coba")}),
    Page("admin/applications/history.html", "C", {"usual": _at(f"{APPLICATION}/riwayat")}),
    Page("admin/applications/new_client.html", "C", {"usual": _at("/admin/aplikasi/baru")}),
    *CONNECTORS,
    Page("admin/people/search.html", "C", {"usual": _at("/admin/warga"), "none": _find("3503010101900001"), "wrong": _find("siapa")}),
    Page("admin/people/person.html", "C", {"usual": _person()}),
    Page("admin/people/roles.html", "C", {"usual": _person("/peran")}),
    Page("admin/confirm.html", "C", {"usual": _proof(), "wrong": _proof(wrong=True)}),
    Page(
        "admin/refused.html",
        "C",
        {
            "usual": drawn("admin/refused.html", {"reason": "console_role"}, 403),
            "no-second-step": drawn("admin/refused.html", {"reason": "no_second_step"}, 403),
            "account": drawn("admin/refused.html", {"reason": "account_unusable"}, 403),
        },
    ),
    Page("admin/audit/list.html", "C", {"usual": _at("/admin/audit")}),
    Page(
        "admin/duties/list.html",
        "C",
        {"usual": _at("/admin/tenggat"), "overdue": _at("/admin/tenggat?status=overdue"), "none": _at("/admin/tenggat?instansi=BPBD")},
    ),
    Page(
        "admin/duties/duty.html",
        "C",
        {
            "usual": _duty(DutyKind.CORRECTION),
            "late": _duty(DutyKind.ACCESS),
            "settled": _duty(DutyKind.DELETE, settled=True),
            "wrong": _wrong_duty,
        },
    ),
    Page("admin/signouts.html", "C", {"usual": _at("/admin/pesan-keluar")}),
    Page("admin/keys/list.html", "C", {"usual": _at("/admin/kunci"), "rotated": _rotated}),
    Page("admin/registration/list.html", "C", {"none": _at("/admin/pendaftaran"), "usual": _registered()}),
    Page("admin/registration/form.html", "C", {"usual": _at("/admin/pendaftaran/baru"), "wrong": _wrong_token}),
)
