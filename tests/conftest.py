"""Fixtures that every test may ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.site import Site, open_site


@pytest.fixture(scope="session")
def template_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the seeded demonstration regency is kept for this run."""
    return tmp_path_factory.mktemp("regency")


@pytest.fixture
async def site(tmp_path: Path, template_folder: Path) -> AsyncIterator[Site]:
    """A whole Gapura in this process, on a copy of the seeded regency; time stands still until the test moves it."""
    async with open_site(tmp_path, template_folder) as opened:
        yield opened
