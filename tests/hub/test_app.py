"""Whatever goes wrong at an address where programs come, they are answered as programs; people get a page."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from starlette.requests import Request
from starlette.routing import Route

from hub.app import Broken, machine_paths
from tests.site import Site

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")


def routes(site: Site) -> Iterator[tuple[str, Route]]:
    """Yield every route with a path that fits it."""
    for route in (*site.house.hot_routes, *site.house.routes):
        if isinstance(route, Route) and not route.path.startswith(
            "/admin/api/"
        ):  # answers by problem documents, of an application of its own
            yield route.path.replace("{client_id}", "x").replace(":path}", "}"), route


async def kind_of(site: Site, path: str, route: Route) -> str:
    """Return how the endpoint itself answers who comes with nothing: `json`, `html`, or something else."""
    method = next(one for one in sorted(route.methods or ()) if one != "HEAD")
    return told(await site.http().request(method, path))


def told(response: httpx.Response) -> str:
    return response.headers.get("content-type", "").partition(";")[0].rpartition("/")[2]


async def test_no_address_of_programs_answers_a_page_whatever_goes_wrong(site: Site) -> None:
    broken, seen = Broken(site.house), []
    for path, route in routes(site):
        if "{" in path or await kind_of(site, path, route) != "json":
            continue
        seen.append(path)
        others = [one for one in METHODS if all(one not in (also.methods or ()) for at, also in routes(site) if at == path)]
        for method in others:
            wrong = await site.http().request(method, path)
            assert (wrong.status_code, told(wrong)) == (405, "json"), (method, path)
        lost = await site.http().get(f"{path}/x/y/z")
        assert (lost.status_code, told(lost)) == (404, "json"), path
        for status in (500, 503):
            failed = await broken(Request({"type": "http", "method": "POST", "path": path, "headers": []}), status)
            assert (failed.status_code, failed.media_type) == (status, "application/json"), path
    expected = {"/token", "/par", "/device_authorization", "/userinfo", "/introspect", "/revoke", "/register", "/register/x", "/jwks"}
    assert expected | {"/healthz", "/readyz", "/.well-known/openid-configuration"} <= set(seen), "the oracle sees the addresses it is for"


async def test_what_is_counted_as_an_address_of_programs_is_one(site: Site) -> None:
    theirs = machine_paths([*site.house.hot_routes, *site.house.routes])
    for path, route in routes(site):
        if path in theirs and path != "/gerbang/periksa":
            assert await kind_of(site, path, route) != "html", path  # a kind of older systems answers in its own format


@pytest.mark.parametrize("path", ["/parkir", "/tokens", "/registrasi", "/tidak-ada", "/perangkat/x", "/gerbang/periksaan"])
async def test_an_address_that_only_begins_alike_answers_a_person(site: Site, path: str) -> None:
    lost = await site.http().get(path)
    assert (lost.status_code, told(lost)) == (404, "html")


@pytest.mark.parametrize("path", ["/.well-known/x", "/token/x", "/par/", "/admin/api/x", "/gerbang/periksa/x"])
async def test_an_address_below_one_of_programs_answers_a_program(site: Site, path: str) -> None:
    lost = await site.http().get(path)
    assert lost.status_code in (401, 404) and told(lost) in ("json", "problem+json")
