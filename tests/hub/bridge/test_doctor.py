"""What the doctor says of bridged applications."""

from __future__ import annotations

from typing import Any

import pytest

from hub.bridge.credentials import keep
from idp.applications.models import ConnectorRow
from idp.vault import SERVICE
from tests.connectors.form_login.samples import VALUES
from tests.hub.test_doctor import about
from tests.site import Site


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({"upstream": "http://127.0.0.1:8081"}, "ok", "may be reached"),
        ({"upstream": "http://127.0.0.1:8082"}, "problem", "may not reach it"),
        ({"upstream": "http://lama.invalid"}, "problem", "has no address"),
        ({"upstream": "http://8.8.8.8"}, "problem", "reads the passwords"),
        ({"upstream": "https://8.8.8.8"}, "ok", "may be reached"),
        ({"upstream": "http://127.0.0.1:8081", "credential": "service"}, "problem", "is not there"),
    ],
)
async def test_what_stands_between_the_bridge_and_an_older_system_is_named(
    site: Site, changes: dict[str, Any], level: str, words: str
) -> None:
    row = ConnectorRow("aduan-warga", "aduan-warga", "form_login", {**VALUES, **changes})
    await site.resources.stores.registry.save_connector(row)
    outbound = site.resources.settings.outbound.model_copy(update={"allow": ("127.0.0.1:8081",)})
    here = site.resources.settings.model_copy(update={"outbound": outbound})
    (found,) = await about(here, "bridge aduan-warga")
    assert (found.level, words in found.text) == (level, True)
    assert found.level == "ok" or found.fix


async def test_a_credential_of_the_service_that_was_refused_is_a_problem(site: Site) -> None:
    values = {**VALUES, "upstream": "https://8.8.8.8", "credential": "service"}
    await site.resources.stores.registry.save_connector(ConnectorRow("aduan-warga", "aduan-warga", "form_login", values))
    assert await keep(site.resources, "aduan-warga", SERVICE, "layanan", "rahasia")
    (found,) = await about(site.resources.settings, "bridge aduan-warga")
    assert found.level == "ok"
    assert await site.resources.stores.vault.refuse("aduan-warga", SERVICE, site.clock.now(), site.clock.now())
    (found,) = await about(site.resources.settings, "bridge aduan-warga")
    assert (found.level, "refused" in found.text, "gapura bridge credential" in found.fix) == ("problem", True, True)
