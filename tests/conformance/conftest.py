"""The suite's client at a site that is furnished for it."""

from __future__ import annotations

import pytest

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
