"""What an operator may enter for a `cas` connector, and what the form says otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.apps.cas.kind import Cas
from connectors.apps.cas.settings import CasSettings
from connectors.errors import BadSettings
from connectors.registry import build

GOOD: dict[str, Any] = {"services": ["https://app.example.id/"]}


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"services": []}, "services", "at least 1"),
        ({"services": ["https://app.example.id"]}, "services", "must be https://host"),
        ({"services": ["http://app.example.id/"]}, "services", "must be https"),
        ({"services": ["https://*.example.id/"]}, "services", "must be https://host"),
        ({"services": ["https://a@app.example.id/"]}, "services", "must be https://host"),
        ({"services": ["https://app.example.id/a/../"]}, "services", "must be https://host"),
        ({"services": ["https://app.example.id/#a"]}, "services", "must be https://host"),
        ({"services": ["https://app.example.id/", "https://app.example.id/"]}, "services", "stands twice"),
        ({"services": [f"https://app.example.id/{n}" for n in range(51)]}, "services", "at most 50"),
        ({"attributes": [{"claim": "name", "field": "cn"}, {"claim": "nik", "field": "cn"}]}, "attributes", "mapped twice"),
        ({"attributes": [{"claim": "name", "field": "user"}]}, "attributes", "told by Gapura itself"),
        ({"attributes": [{"claim": "name", "field": "isFromNewLogin"}]}, "attributes", "told by Gapura itself"),
        ({"attributes": [{"claim": "name", "field": "a b"}]}, "attributes.0.field", "match pattern"),
        ({"username": "sub"}, "username", "write subject"),
        ({"username": "Nama Pengguna"}, "username", "match pattern"),
        ({"proxy": True}, "settings", "proxy_callbacks must name an address"),
        ({"proxy": True, "proxy_callbacks": ["http://app.example.id/pgt"]}, "proxy_callbacks", "must be https"),
        ({"proxy": True, "proxy_callbacks": ["http://localhost/pgt"]}, "proxy_callbacks", "must be https"),
        ({"proxy": True, "proxy_callbacks": ["https://a@app.example.id/pgt"]}, "proxy_callbacks", "must be https://host"),
        ({"start_url": "https://lain.example.id/"}, "settings", "start_url must be at the origin"),
        ({"start_url": "javascript:alert(1)"}, "settings", "must be https://host"),
        ({"secret": "x"}, "secret", "not permitted"),
    ],
)
def test_what_cannot_be_right_is_refused_by_its_name(changes: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(BadSettings) as refused:
        build(kind="cas", connector_id="a", application="a", settings={**GOOD, **changes})
    assert refused.value.field == field
    assert words in refused.value.reason


def test_the_least_settings_are_one_service() -> None:
    settings = build(kind="cas", connector_id="a", application="a", settings=GOOD).settings
    assert settings.model_dump() == {
        "services": ("https://app.example.id/",),
        "attributes": (),
        "username": "subject",
        "proxy": False,
        "proxy_callbacks": (),
        "sign_out": True,
        "start_url": "",
    }


def test_every_field_says_what_it_is() -> None:
    settings = build(kind="cas", connector_id="a", application="a", settings=GOOD).settings
    assert all(field.description for field in type(settings).model_fields.values())


def test_the_docs_page_names_every_setting_and_every_address() -> None:
    page = (Path(__file__).parents[3] / "docs/connectors/cas.md").read_text()
    for name in CasSettings.model_fields:
        assert f"| `{name}` |" in page, name
    for endpoint in Cas.endpoints:
        if endpoint.name != "proxy":
            assert endpoint.path in page or endpoint.name == "proxy_validate", endpoint.path
