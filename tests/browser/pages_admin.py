"""The console's pages: each is walked to by an operator, on the demonstration regency."""

from __future__ import annotations

import re

import httpx

from tests.browser.stage import Page, Stage, Walk

APPLICATION = "/admin/aplikasi/usaha-kecil"


def _at(path: str, account: str = "3503135001819012") -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        return await (await stage.operator(account)).go(path)

    return walk


def _connector(rest: str = "") -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        operator = await stage.operator()
        first = re.search(r'href="(/admin/konektor/(?!baru)[^"/?]+)"', (await operator.go("/admin/konektor")).text)
        assert first, "the list shows no connector"
        return await operator.go(first[1] + rest)

    return walk


async def _signed_out(stage: Stage) -> httpx.Response:
    return await (await stage.browser()).go("/admin/keluar")


ADMIN: tuple[Page, ...] = (
    Page("admin/home.html", "C", {"usual": _at("/admin")}),
    Page("admin/rights.html", "C", {"usual": _at("/admin/hak")}),
    Page("admin/tokens.html", "C", {"usual": _at("/admin/token")}),
    Page("admin/signed_out.html", "C", {"usual": _signed_out}),
    Page("admin/problem.html", "C", {"usual": _at("/admin/instansi/tidak-ada")}),
    Page("admin/agencies/list.html", "C", {"usual": _at("/admin/instansi"), "none": _at("/admin/instansi?q=zzzz")}),
    Page("admin/agencies/agency.html", "C", {"usual": _at("/admin/instansi/KOMIDAG")}),
    Page("admin/agencies/form.html", "C", {"new": _at("/admin/instansi/baru"), "change": _at("/admin/instansi/KOMIDAG/ubah")}),
    Page("admin/act.html", "C", {"usual": _at("/admin/instansi/KOMIDAG/henti"), "application": _at(f"{APPLICATION}/henti")}),
    Page("admin/applications/list.html", "C", {"usual": _at("/admin/aplikasi"), "none": _at("/admin/aplikasi?q=zzzz")}),
    Page("admin/applications/summary.html", "C", {"usual": _at(APPLICATION), "older": _at("/admin/aplikasi/rsud-daftar")}),
    Page("admin/applications/settings.html", "C", {"usual": _at(f"{APPLICATION}/pengaturan")}),
    Page("admin/applications/data.html", "C", {"usual": _at(f"{APPLICATION}/data")}),
    Page("admin/applications/notice.html", "C", {"usual": _at(f"{APPLICATION}/pemberitahuan")}),
    Page("admin/applications/keys.html", "C", {"usual": _at(f"{APPLICATION}/kunci")}),
    Page("admin/applications/try.html", "C", {"usual": _at(f"{APPLICATION}/coba")}),
    Page("admin/applications/history.html", "C", {"usual": _at(f"{APPLICATION}/riwayat")}),
    Page("admin/applications/new_client.html", "C", {"usual": _at("/admin/aplikasi/baru")}),
    Page("admin/applications/new_connector.html", "C", {"usual": _at("/admin/konektor/baru")}),
    Page("admin/connectors/list.html", "C", {"usual": _at("/admin/konektor")}),
    Page("admin/connectors/connector.html", "C", {"usual": _connector()}),
    Page("admin/connectors/form.html", "C", {"change": _connector("/ubah")}),
    Page("admin/people/search.html", "C", {"usual": _at("/admin/warga")}),
    Page("admin/audit/list.html", "C", {"usual": _at("/admin/audit")}),
    Page("admin/keys/list.html", "C", {"usual": _at("/admin/kunci")}),
)
