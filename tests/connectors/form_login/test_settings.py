"""What an operator may enter for `form_login`, and what an error says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.apps.form_login.settings import FormLoginSettings
from connectors.errors import BadSettings
from connectors.registry import build
from hub.demo import rows
from tests.connectors.form_login.samples import FORM, VALUES, settings

LEGACY = Path(rows.__file__).parent / "data" / "legacy-systems.json"


def test_the_form_of_the_older_complaints_system_is_taken_as_it_is_written() -> None:
    told = next(one for one in json.loads(LEGACY.read_text())["systems"] if one["id"] == "aduan-warga")["connector"]
    own = FormLoginSettings.model_validate(
        {"base_url": told["base_url"], "upstream": "http://10.0.4.9", "form": told["form"], "session_cookie": told["session_cookie"]}
    )
    assert (own.form.page, own.form.action, own.form.success.location) == ("/login.php", "/proses_login.php", "/beranda.php")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"base_url": "http://aduan.example.id"}, "base_url"),
        ({"base_url": "https://aduan.example.id/"}, "base_url"),
        ({"upstream": "ftp://aduan"}, "upstream"),
        ({"upstream": "http://aduan@10.0.4.9"}, "upstream"),
        ({"aliases": ["http://aduan/x"]}, "aliases"),
        ({"form": {**FORM, "method": "GET"}}, "form.method"),
        ({"form": {**FORM, "page": "/a/../login.php"}}, "settings"),
        ({"form": {**FORM, "fields": {"username": "user", "password": "user"}}}, "settings"),
        ({"form": {**FORM, "fixed": {"user": "admin"}}}, "settings"),
        ({"form": {**FORM, "fields": {"username": "us er", "password": "pass"}}}, "settings"),
        ({"fields": [{"claim": "name", "field": "pass"}]}, "settings"),
        ({"paths": []}, "paths"),
        ({"paths": ["/warga/"]}, "settings"),
        ({"methods": ["POST"]}, "settings"),
        ({"start_path": "/login.php/awal"}, "settings"),
        ({"start_path": "/logout.php"}, "settings"),
        ({"paths": ["/a%2fb"]}, "paths"),
        ({"methods": ["TRACE"]}, "methods.0"),
        ({"pass_headers": ["x-forwarded-user"]}, "pass_headers"),
        ({"pass_headers": ["authorization"]}, "pass_headers"),
        ({"pass_headers": ["x-a_b"]}, "pass_headers"),
        ({"seconds": 60}, "seconds"),
        ({"most_page_bytes": 50_000_000}, "most_page_bytes"),
        ({"password": "rahasia"}, "password"),
    ],
)
def test_what_does_not_fit_names_its_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(BadSettings) as refused:
        build(kind="form_login", connector_id="aduan", application="aduan", settings={**VALUES, **change})
    assert refused.value.field == field
    assert "rahasia" not in str(refused.value)


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, one in FormLoginSettings.model_fields.items() if not one.description] == []
    assert settings().host == "aduan.example.id"
