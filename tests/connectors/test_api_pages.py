"""The pages of the older APIs name every setting and secret there is, and their examples are accepted as printed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from connectors.apis.settings import ApiSettings
from connectors.registry import API_KINDS, build
from idp.calls.errors import TOLD

DOCS = Path(__file__).parents[2] / "docs"
HOW_TO = (DOCS / "how-to/call-an-older-api.md").read_text()


def page(kind: str) -> str:
    return (DOCS / API_KINDS[kind].docs).read_text()


@pytest.mark.parametrize("kind", API_KINDS)
def test_the_settings_on_the_page_are_accepted(kind: str) -> None:
    (printed,) = re.findall(r"^```json\n(.*?)^```", page(kind), re.S | re.M)
    made = build(kind=kind, connector_id="x", application="x", settings=json.loads(printed))
    for secret in API_KINDS[kind].secret_rules(made.settings):
        assert f"`{secret}`" in page(kind) or f"`{secret.partition('.')[0]}.<" in page(kind), secret


@pytest.mark.parametrize("kind", API_KINDS)
def test_every_setting_is_explained(kind: str) -> None:
    own = set(API_KINDS[kind].settings_model.model_fields) - set(ApiSettings.model_fields)
    assert [name for name in own if f"`{name}`" not in page(kind)] == []
    assert [name for name in ApiSettings.model_fields if f"`{name}`" not in HOW_TO] == []
    assert [name for name, one in API_KINDS[kind].settings_model.model_fields.items() if not one.description] == []


def test_every_answer_is_explained() -> None:
    source = "".join(path.read_text() for path in [*(DOCS.parent / "idp/calls").glob("*.py"), DOCS.parent / "idp/endpoints/calls.py"])
    codes = set(re.findall(r"CallRefused\(\s*\d+, \"([a-z_]+)\"", source)) | {fault.value for fault in TOLD}
    codes |= set(re.findall(r"CallRefused\(error\.status, \"([a-z_]+)\"", source))
    assert len(codes) > 15 and [code for code in codes if f"`{code}`" not in HOW_TO] == []


@pytest.mark.parametrize("kind", API_KINDS)
def test_the_how_to_leads_to_every_kind(kind: str) -> None:
    assert f"]({'../' + API_KINDS[kind].docs})" in HOW_TO
