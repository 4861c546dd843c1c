"""A regency with an older application behind the plain kind, which is put into the tables for these tests alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors import builtin, registry
from connectors.contract import Kind
from idp.applications.models import ConnectorRow
from tests.forms import Browser
from tests.idp.handoff.plain import ARRIVE, Plain
from tests.site import PASSWORD, SITI, Site, open_site

ROWS = [
    {"claim": "nik", "field": "nik"},
    {"claim": "name", "field": "nama", "transform": "upper_ascii"},
    {"claim": "bpjs_number", "field": "bpjs"},
]


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Plain:
    kind = Plain()
    tables: list[Any] = [builtin.KINDS, registry.FRONT_DOORS]
    for table in tables:
        monkeypatch.setitem(table, kind.name, kind)
    found: Kind = kind
    assert registry.kind_of("polos") is found
    return kind


@pytest.fixture
async def town(tmp_path: Path, template_folder: Path, plain: Plain) -> AsyncIterator[Site]:
    async with open_site(tmp_path, template_folder) as site:
        await connect(site, rows=ROWS)
        yield site


async def connect(site: Site, application: str = "rsud-daftar", *, enabled: bool = True, **settings: Any) -> None:
    """Put an application behind the plain kind: the hospital's, whose notice rests on a duty, unless another is named."""
    row = ConnectorRow(application, application, "polos", {"rows": ROWS, **settings}, enabled)
    await site.resources.stores.registry.save_connector(row)
    await site.house.reload()


async def walk(browser: Browser, page: httpx.Response, tick: tuple[str, ...] = ()) -> httpx.Response:
    """Go on through sign-in and notice, as far as they come."""
    for _ in range(4):
        if page.status_code != 200 or ARRIVE in page.text:
            return page
        page = (
            await browser.sign_in(SITI, PASSWORD)
            if 'name="sandi"' in page.text
            else await browser.submit(button="lanjutkan", tick=_there(page, tick))
        )
    raise AssertionError(browser.trail)


def _there(page: httpx.Response, tick: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of the boxes are on this page: specific data have one of their own."""
    return tuple(box for box in tick if f'name="{box}"' in page.text)


async def enter(browser: Browser, **query: str) -> httpx.Response:
    return await walk(browser, await browser.go(str(httpx.URL("/polos/rsud-daftar/masuk", params=query))))


def ticket_of(page: httpx.Response) -> str:
    location = page.headers["location"]
    assert location.startswith(f"{ARRIVE}?karcis="), location
    return str(location.partition("karcis=")[2])
