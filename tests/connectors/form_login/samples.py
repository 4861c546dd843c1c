"""The older complaints system, as data/legacy-systems.json describes it."""

from __future__ import annotations

from typing import Any

from connectors.apps.form_login.settings import FormLoginSettings

FORM: dict[str, Any] = {
    "page": "/login.php",
    "action": "/proses_login.php",
    "method": "POST",
    "fields": {"username": "user", "password": "pass"},
    "hidden": ["tok"],
    "success": {"status": 302, "location": "/beranda.php"},
    "failure_text": "Username atau password salah",
}
VALUES: dict[str, Any] = {
    "base_url": "https://aduan.example.id",
    "upstream": "http://aduan.lama:8081",
    "aliases": ["http://10.0.4.9"],
    "form": FORM,
    "session_cookie": "PHPSESSID",
    "sign_out_path": "/logout.php",
}
SETTINGS = FormLoginSettings.model_validate(VALUES)

PAGE = b"""<!doctype html><title>Masuk</title>
<form action="/cari.php"><input name="q"></form>
<form method="post" action="proses_login.php"><input type="hidden" name="tok" value="a&amp;b&#34;c">
<input name="user"><input type="password" name="pass"><input type="submit" value="Masuk"></form>"""


def settings(**changes: Any) -> FormLoginSettings:
    return FormLoginSettings.model_validate({**VALUES, **changes})
