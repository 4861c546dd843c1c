"""One person, one browser, every way an application can be connected: one sign-in opens all, each asks once, one sign-out ends all.

The demonstration as it is started by hand: an application for each protocol, each a process on an address of its own. Those that speak
SAML, CAS, tickets and the broker's protocol judge by themselves what they are given.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from hub.demo.seed import OLDER_PASSWORD
from tests.demo.walking import Demo, Person, started
from tests.forms import words_of

RINI = "rini@example.id"  # of the staff, and a citizen: everything is open to her


@dataclass(frozen=True)
class System:
    """`label` is its line in what the demonstration prints, `name` what the sign-out page calls it."""

    kind: str
    label: str
    name: str
    entrance: str = "masuk"


SYSTEMS = (
    System("ticket", "SIMPEG", "SIMPEG"),
    System("cas", "Arsip daerah", "Arsip Daerah"),
    System("saml", "Surat dinas", "Surat Dinas (e-Office)"),
    System("simple_sso", "Pajak daerah", "Pajak Daerah"),
    System("forward_auth", "Rawat jalan RSUD", "Pendaftaran Rawat Jalan RSUD", ""),
    System("form_login", "Aduan warga", "Aduan Warga", ""),
    System("oidc", "Pendampingan usaha", "Usaha Kecil Trenggalek"),
    System("oidc", "Antrean puskesmas", "E-Link Puskesmas"),
)
INSIDE = re.compile("Anda masuk sebagai|X-Pasien-Nik|Anda sudah masuk|Aduan Anda")
NOT_ENDED = {"Belum pasti keluar", "Belum dapat diberi tahu"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with started(tmp_path_factory.mktemp("demo")) as running:
        yield running


def enter(person: Person, demo: Demo, system: System) -> None:
    """Open the system; whoever has an account there that only its own form knows enters it, once."""
    page = person.go(demo.url(system.label) + system.entrance)
    if page.url.path == "/_gapura/akun":
        page = person.fill(page, pengguna="siti.peraga", sandi=OLDER_PASSWORD)
    assert str(page.url).startswith(demo.url(system.label)), (system, str(page.url), words_of(page.text)[:300])
    assert is_inside(person, demo, system), (system, words_of(page.text)[:300])


def is_inside(person: Person, demo: Demo, system: System) -> bool:
    """True when the system shows her own things, without going through us for them."""
    page = person.http.get(demo.url(system.label), follow_redirects=False)
    return page.status_code == 200 and INSIDE.search(words_of(page.text)) is not None


def sign_out(person: Person, demo: Demo) -> dict[str, str]:
    """Sign out on the portal; return what its page says of each application, after loading the frames in it as a browser does."""
    page = person.press(person.http.get(f"{demo.url('Portal')}keluar"), "Keluar")
    for frame in re.findall(r'<iframe hidden src="([^"]+)"', page.text):
        person.http.get(html.unescape(frame))
    return told_of(page)


def told_of(page: httpx.Response) -> dict[str, str]:
    rows = re.findall(r'<li class="row row-flat"><h3>([^<]+)</h3>\s*<p><span class="tag[^"]*">([^<]+)<', page.text)
    return {html.unescape(name): said for name, said in rows}


def test_one_sign_in_opens_all_each_asks_once_and_one_sign_out_ends_all_or_names_what_it_could_not_end(demo: Demo) -> None:
    person = Person(RINI)
    with person.http:
        for number, system in enumerate(SYSTEMS, 1):
            enter(person, demo, system)
            assert person.agreed == number, f"{system.name} asks once"
        for system in SYSTEMS:
            enter(person, demo, system)
        assert (person.passwords, person.codes, person.agreed) == (1, 1, len(SYSTEMS)), "the second time nobody asks for anything"
        said = sign_out(person, demo)
        assert set(said) == {system.name for system in SYSTEMS}, "every one is accounted for"
        open_still = {system.name for system in SYSTEMS if is_inside(person, demo, system)}
        named = {name for name, words in said.items() if words in NOT_ENDED}
        assert open_still <= named, f"still open, and not named: {open_still - named}"
        page = person.http.get(f"{demo.url('Portal')}beranda")
        assert 'name="sandi"' in page.text
        for system in SYSTEMS:
            page = person.http.get(demo.url(system.label) + system.entrance)
            assert system.name in open_still or 'name="sandi"' in page.text, f"{system.name} opens without a new sign-in"
