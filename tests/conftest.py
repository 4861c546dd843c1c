"""Fixtures that every test may ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.site import Site, open_site

# A busy machine makes examples slow; that is no fault of the code, and a timed unit test proves nothing about speed.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@pytest.fixture(scope="session")
def template_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the seeded demonstration regency is kept for this run."""
    return tmp_path_factory.mktemp("regency")


@pytest.fixture
async def site(tmp_path: Path, template_folder: Path) -> AsyncIterator[Site]:
    """A whole Gapura in this process, on a copy of the seeded regency; time stands still until the test moves it."""
    async with open_site(tmp_path, template_folder) as opened:
        yield opened
