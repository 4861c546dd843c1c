"""The suite's client at a site that is furnished for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.conformance.fapi import WAYS, Fapi, open_town
from tests.conformance.suite import Suite, furnish
from tests.site import Site


@pytest.fixture(params=["query", "form_post"])
async def suite(site: Site, request: pytest.FixtureRequest) -> Suite:
    """The basic and the form-post plan are the same modules: each test runs once for each."""
    await furnish(site)
    return Suite(site, site.browser(), request.param)


@pytest.fixture
async def plain_suite(site: Site) -> Suite:
    """For modules in which the way of the answer plays no part."""
    await furnish(site)
    return Suite(site, site.browser())


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=WAYS)
async def town(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, template_folder: Path
) -> AsyncIterator[tuple[Site, str]]:
    async with open_town(tmp_path_factory.mktemp("fapi"), template_folder, request.param) as site:
        yield site, request.param


@pytest_asyncio.fixture(loop_scope="module")
async def fapi(town: tuple[Site, str]) -> Fapi:
    site, way = town
    site.clock.advance(120)
    return Fapi(site, site.browser(), way)
