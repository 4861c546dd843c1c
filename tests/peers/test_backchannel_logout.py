"""Apache with mod_auth_openidc is told by back channel: its own session of the person ends, wherever and however the person leaves."""

from __future__ import annotations

import time

from tests.peers.conftest import Town
from tests.peers.walker import Walker, received

YANTO = "3503023010849007"


def is_in(person: Walker, town: Town) -> bool:
    """True while Apache lets the person in by its own session, without asking us."""
    return person.http.get(town.url("usaha-kecil"), follow_redirects=False).status_code == 200


def is_out_soon(person: Walker, town: Town, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while is_in(person, town):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def test_lo_06_apache_lets_go_of_a_person_who_signs_out_here(town: Town) -> None:
    with Walker() as laras, Walker() as elsewhere:
        assert received(laras.go(town.url("usaha-kecil")).text)["headers"]["oidc_claim_name"]
        elsewhere.go(town.url("usaha-kecil"))
        assert is_in(laras, town) and is_in(elsewhere, town)
        page = laras.send(laras.http.get(f"{town.issuer}/keluar"), "Keluar")
        assert "Anda sudah keluar dari Gapura" in page.text
        assert ("Sudah keluar" in page.text) is not ("Belum dapat diberi tahu" in page.text), (
            "one of them, as Apache answered by then or not"
        )
        assert is_out_soon(laras, town)
        assert is_in(elsewhere, town), "another session of hers goes on"


def test_lo_06_apache_lets_go_when_another_application_signs_the_person_out(town: Town) -> None:
    with Walker() as laras:
        laras.go(town.url("usaha-kecil"))
        laras.go(town.url("e-link"))
        laras.http.get(town.url("e-link") + "keluar", follow_redirects=True)
        assert is_out_soon(laras, town)


def test_withdrawing_consent_signs_out_of_apache_on_every_device(town: Town) -> None:
    with Walker(YANTO) as phone, Walker(YANTO) as desk:
        phone.go(town.url("usaha-kecil"))
        desk.go(town.url("usaha-kecil"))
        phone.withdraw(town.issuer, "pendamping")
        assert is_out_soon(phone, town) and is_out_soon(desk, town)
