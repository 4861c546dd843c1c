"""Every page carries the same protection, and small files are served as what they are."""

from __future__ import annotations

import gzip
import re
import time

import pytest
from starlette.requests import Request

from kit.web.assets import Assets
from kit.web.pages import origin_of
from tests.site import Site

CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


def request() -> Request:
    return Request({"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b"", "client": None})


@pytest.mark.parametrize("path", ["/", "/masuk", "/bantuan", "/tidak-ada", "/lanjut/x", "/keluar"])
async def test_az_36_ux_c_2_no_page_can_be_framed_or_run_what_is_not_ours(site: Site, path: str) -> None:
    page = await site.browser().go(path)
    policy = page.headers["content-security-policy"]
    assert policy == CSP
    assert (page.headers["x-content-type-options"], page.headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert re.findall(r"<script(?![^>]*\ssrc=\"/aset/)|\son[a-z]+=|style=", page.text) == []


def test_ux_c_2_a_form_may_end_at_the_registered_origins_of_its_client(site_pages) -> None:  # type: ignore[no-untyped-def]
    response = site_pages.render(
        request(), "kit/base.html", form_targets=("https://rp.example", "https://rp.example", "http://localhost:81")
    )
    assert "form-action 'self' https://rp.example http://localhost:81;" in response.headers["content-security-policy"]
    assert origin_of("https://rp.example:8443/cb?x=1") == "https://rp.example:8443"


@pytest.fixture
async def site_pages(site: Site):  # type: ignore[no-untyped-def]
    return site.house.pages


def test_a_page_with_a_form_is_kept_nowhere_and_a_public_one_names_nobody(site_pages) -> None:  # type: ignore[no-untyped-def]
    private = site_pages.render(request(), "kit/base.html")
    assert private.headers["cache-control"] == "no-store" and "gapura-b=" in private.headers["set-cookie"]
    public = site_pages.render(request(), "kit/base.html", cacheable=True)
    assert public.headers["cache-control"].startswith("public") and "set-cookie" not in public.headers


def test_a_name_that_is_not_there_is_an_error_and_what_is_there_is_escaped(site_pages) -> None:  # type: ignore[no-untyped-def]
    from jinja2 import UndefinedError

    template = site_pages.environment.from_string("{{ name }}")
    assert template.render(name="<b>") == "&lt;b&gt;"
    with pytest.raises(UndefinedError):
        template.render()


async def test_an_asset_is_named_by_its_content_and_kept_for_ever(site: Site) -> None:
    url = site.house.pages.assets.url("gapura.css")
    assert re.fullmatch(r"/aset/gapura\.[0-9a-f]{12}\.css", url)
    plain = await site.http().get(url, headers={"accept-encoding": "identity"})
    packed = await site.http().get(url, headers={"accept-encoding": "gzip"})
    assert plain.content == packed.content and packed.headers["content-encoding"] == "gzip"
    assert "immutable" in plain.headers["cache-control"] and plain.headers["content-type"] == "text/css; charset=utf-8"
    assert len(gzip.compress(plain.content, 9)) < 8 * 1024


@pytest.mark.parametrize("name", ["gapura.css", "x", "..%2fpages.py", "%2e%2e/pages.py", "gapura.000000000000.css"])
async def test_wb_08_no_other_file_is_served(site: Site, name: str) -> None:
    assert (await site.http().get(f"/aset/{name}")).status_code == 404


async def test_wb_05_ten_thousand_ranges_are_one_plain_answer(site: Site) -> None:
    url = Assets().url("gapura.css")
    ranges = "bytes=" + ",".join(f"{n}-{n}" for n in range(10_000))
    began = time.process_time()
    response = await site.http().get(url, headers={"range": ranges, "accept-encoding": "identity"})
    assert time.process_time() - began < 0.2
    assert response.status_code == 200 and len(response.content) == int(response.headers["content-length"])
