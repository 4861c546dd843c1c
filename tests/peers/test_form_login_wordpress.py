"""The bridge before a program that nobody wrote for it: WordPress, with its cookies of changing names and its nonces."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.bridged import OLD_PASSWORD, Town, bridged_town
from tests.peers.test_form_login import arrive, link
from tests.peers.walker import Walker
from tests.peers.wordpress import wordpress
from tests.site import SITI

SETTINGS = {
    "application": "aduan-warga",
    "host_header": "upstream",
    "form": {
        "page": "/wp-login.php",
        "action": "/wp-login.php",
        "fields": {"username": "log", "password": "pwd"},
        "hidden": ["redirect_to", "testcookie"],
        "fixed": {"wp-submit": "Log In"},
        "success": {"status": 302, "location": "/wp-admin/"},
        "failure_text": 'id="login_error"',
    },
    "start_path": "/wp-admin/profile.php",
    "static_paths": ["/wp-includes/", "/wp-content/"],
    "seconds": 20,
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Town]:
    with bridged_town(tmp_path_factory.mktemp("wordpress"), template_folder, {"wordpress": dict(SETTINGS)}, wordpress) as opened:
        yield opened


def test_a_person_signs_in_to_wordpress_by_its_own_form(town: Town) -> None:
    with Walker(SITI) as siti:
        page = link(siti, arrive(siti, f"{town.url('wordpress')}/wp-admin/profile.php"), "siti", "salah")
        assert page.status_code == 422 and "ditolak" in page.text
        page = link(siti, page, "siti")
        assert page.status_code == 200 and 'value="siti@example.id"' in page.text, page.text[:500]
        assert "127.0.0.1" not in page.text, "every address of its own is called by the public name"
        assert not [one.name for one in siti.http.cookies.jar if not one.name.startswith("gapura")]
        page = siti.send(page, "", first_name="Siti & Co", email="siti@example.id")
        assert page.status_code == 200 and "updated=1" in str(page.url), page.url
        assert 'value="Siti &amp; Co"' in siti.http.get(f"{town.url('wordpress')}/wp-admin/profile.php").text
        style = siti.http.get(f"{town.url('wordpress')}/wp-includes/css/buttons.min.css")
        assert style.status_code == 200 and style.headers["cache-control"] == "private, max-age=3600"
        refused = siti.http.get(f"{town.url('wordpress')}/wp-admin/users.php")
        assert refused.status_code == 403, "what she may there is WordPress's to say"
    assert OLD_PASSWORD not in town.log()
