from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.idp.calls.town import Town, a_town


@pytest.fixture
async def town(tmp_path: Path, template_folder: Path) -> AsyncIterator[Town]:
    """The house with a connector to each stand-in of a national API."""
    async with a_town(tmp_path, template_folder) as opened:
        yield opened
