"""Every older system of the demonstration opened as people open it: from the portal, one password, one page each, one sign-out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from tests.demo.walking import Demo, Person, started
from tests.forms import forms_of, words_of
from tests.site import PASSWORD

GAPURAWAN = "3503021901769004"
RINI = "rini@example.id"

# service on the portal -> where it leads, what is there to be seen
CITIZENS = {
    "Daftar rawat jalan RSUD": ("Rawat jalan RSUD", "X-Pasien-Nik"),
    "Pajak Bumi dan Bangunan": ("Pajak daerah", "Tagihan Anda"),
    "Salinan arsip daerah": ("Arsip daerah", "Salinan yang Anda minta"),
    "Aduan warga": ("Aduan warga", "Aduan Anda"),
}
STAFF = {"SIMPEG": ("SIMPEG", "Data kepegawaian"), "Surat dinas (e-Office)": ("Surat dinas", "Surat masuk")}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with started(tmp_path_factory.mktemp("demo")) as running:
        yield running


def tiles(person: Person, demo: Demo) -> dict[str, str]:
    """Return the services that can be opened from the start page of somebody who is signed in, with where each leads."""
    page = person.go(f"{demo.url('Portal')}beranda")
    found = re.findall(r'<a class="go" href="([^"]+)"[^>]*>([^<]+)</a>', page.text)
    return {words.strip(): urljoin(str(page.url), link.replace("&amp;", "&")) for link, words in found}


def tile(found: dict[str, str], name: str) -> str:
    return next(link for words, link in found.items() if words.startswith(name))


def open_all(person: Person, demo: Demo, services: dict[str, tuple[str, str]]) -> None:
    found = tiles(person, demo)
    for name, (label, seen) in services.items():
        page = person.go(tile(found, name))
        assert str(page.url).startswith(demo.url(label)), (name, str(page.url), words_of(page.text)[:300])
        assert seen in words_of(page.text), name


def signed_out(person: Person, demo: Demo) -> dict[str, str]:
    """Sign out on the portal, and return what it says of each application."""
    asked = person.http.get(f"{demo.url('Portal')}keluar")
    page = person.press(asked, "Keluar")
    return dict(re.findall(r'<li class="row row-flat"><h3>([^<]+)</h3>\s*<p><span class="tag[^"]*">([^<]+)<', page.text))


def is_inside(person: Person, url: str) -> bool:
    page = person.http.get(url, follow_redirects=False)
    return page.status_code == 200 and bool(re.search("Anda masuk sebagai|X-Pasien-Nik", page.text))


def test_a_citizen_opens_every_older_system_and_one_sign_out_ends_them(demo: Demo) -> None:
    person = Person(GAPURAWAN)
    with person.http:
        for times in (1, 2):
            open_all(person, demo, CITIZENS)
            assert (person.passwords, person.agreed) == (1, len(CITIZENS)), f"asked once for each, the {times}. time too"
        assert "Surat dinas (e-Office)" not in tiles(person, demo) and "SIMPEG" not in tiles(person, demo)
        places = [demo.url(label) for label, _ in CITIZENS.values()]
        assert all(is_inside(person, place) for place in places)
        said = signed_out(person, demo)
        assert said == {
            "Pendaftaran Rawat Jalan RSUD": "Sudah keluar",
            "Pajak Daerah": "Belum pasti keluar",  # nothing can be sent to a broker: it learns it when it asks next, as this one does
            "Arsip Daerah": "Sudah keluar",
            "Aduan Warga": "Sudah keluar",
        }
        assert not any(is_inside(person, place) for place in places)


def test_staff_open_theirs_with_a_second_step_and_one_sign_out_ends_them(demo: Demo) -> None:
    person = Person(RINI)
    with person.http:
        open_all(person, demo, STAFF)
        open_all(person, demo, STAFF)
        assert (person.passwords, person.codes, person.agreed) == (1, 1, len(STAFF))
        assert "EO-12" in person.go(demo.url("Surat dinas")).text, "the unit by the older system's own code"
        assert signed_out(person, demo) == {"SIMPEG": "Sudah keluar", "Surat Dinas (e-Office)": "Sudah keluar"}
        assert not any(is_inside(person, demo.url(label)) for label, _ in STAFF.values())


def test_a_citizen_is_not_let_into_what_is_for_staff(demo: Demo) -> None:
    person = Person(GAPURAWAN)
    with person.http:
        for label in ("SIMPEG", "Surat dinas"):
            refused = person.go(f"{demo.url(label)}masuk")
            assert refused.status_code == 403 and "hanya untuk pegawai" in refused.text
            assert not is_inside(person, demo.url(label))


def test_who_has_no_old_account_is_asked_for_one_and_a_browser_never_gets_the_old_session(demo: Demo) -> None:
    laras = Person("3503066406959008")
    with laras.http:
        asked = laras.go(demo.url("Aduan warga"))
        assert asked.url.path == "/_gapura/akun"
    person = Person(GAPURAWAN)
    with person.http:
        page = person.go(demo.url("Aduan warga"))
        assert '<dd data-field="no_hp">086000009004</dd>' in page.text
        assert "PHPSESSID" not in person.http.cookies
        assert person.http.get(f"{demo.url('Aduan warga')}login.php", follow_redirects=False).status_code == 303


def test_leaving_an_older_system_leads_to_the_sign_out_of_everything(demo: Demo) -> None:
    person = Person(GAPURAWAN)
    with person.http:
        person.go(f"{demo.url('Arsip daerah')}masuk")
        asked = person.press(person.http.get(demo.url("Arsip daerah")), "Keluar")
        assert str(asked.url) == f"{demo.url('Portal')}keluar"
        assert not is_inside(person, demo.url("Arsip daerah"))
        assert forms_of(asked.text), "she is asked before the rest ends"


def test_no_secret_stands_in_what_was_printed(demo: Demo) -> None:
    assert "PRIVATE KEY" not in demo.told and "SSO-" not in demo.told
    assert demo.told.count(PASSWORD) == 1
    assert httpx.get(demo.url("SIMPEG"), trust_env=False).status_code == 200


def test_what_was_shared_at_the_first_start_still_opens_everything_after_the_second(tmp_path: Path) -> None:
    for start in (1, 2):
        with started(tmp_path) as running:
            for account, services in ((GAPURAWAN, CITIZENS), (RINI, STAFF)):
                person = Person(account)
                with person.http:
                    open_all(person, running, services)
                    assert person.agreed == (len(services) if start == 1 else 0)
