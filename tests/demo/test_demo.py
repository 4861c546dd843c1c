"""The demonstration as people start it: one command, eight applications, one password."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from hub.demo.rows import read
from hub.settings import SettingsError, load
from tests.demo.walking import Demo, Person, started
from tests.forms import forms_of, words_of
from tests.site import PASSWORD, SITI


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with started(tmp_path_factory.mktemp("demo")) as running:
        yield running


def test_it_says_where_to_look_as_whom_and_with_which_password(demo: Demo) -> None:
    for label in ("Portal", "Pendampingan usaha", "Antrean puskesmas", "Rawat jalan RSUD", "Konsol"):
        assert demo.url(label).startswith("http://localhost:")
    assert f"Kata sandi semua orang : {PASSWORD}" in demo.told
    assert SITI in demo.told
    assert "dewi@example.id" in demo.told
    assert demo.told.count(PASSWORD) == 1


def test_one_password_opens_all_three_applications(demo: Demo) -> None:
    siti = Person()
    with siti.http:
        page = siti.press(siti.go(demo.url("Pendampingan usaha")), "Pendampingan usaha")
        assert str(page.url) == demo.url("Pendampingan usaha")
        assert "Siti Peragawati" in words_of(page.text)
        assert SITI in page.text
        page = siti.press(siti.go(demo.url("Antrean puskesmas")), "Antrean")
        assert str(page.url) == demo.url("Antrean puskesmas")
        assert "1988-03-12" in page.text
        page = siti.go(demo.url("Rawat jalan RSUD") + "jadwal?hari=senin")
        assert str(page.url) == demo.url("Rawat jalan RSUD") + "jadwal?hari=senin", "the person arrives where she wanted to go"
        assert 'data-header="X-Pasien-Nama">SITI PERAGAWATI<' in page.text
        assert "X-Pasien-Bpjs" not in page.text, "what is not shared is absent, not empty"
        assert siti.passwords == 1
        assert siti.agreed == 3, "once per service"


def test_fa_12_the_way_back_of_another_browser_signs_nobody_in(demo: Demo) -> None:
    siti, stranger = Person(), Person()
    older = demo.url("Rawat jalan RSUD")
    with siti.http, stranger.http:
        siti.go(older)
        siti.http.cookies.delete("gapura-g-rsud-daftar")
        start = siti.http.get(older, follow_redirects=False).headers["location"]
        refused = stranger.http.get(siti.http.get(start, follow_redirects=False).headers["location"])
        assert refused.status_code == 403
        assert "gapura-g-rsud-daftar" not in stranger.http.cookies
        own = siti.http.get(siti.http.get(start, follow_redirects=False).headers["location"])
        assert SITI in own.text


def test_fa_08_who_brings_no_cookie_is_nobody_whoever_came_before(demo: Demo) -> None:
    siti, stranger = Person(), Person()
    with siti.http, stranger.http:
        assert SITI in siti.go(demo.url("Rawat jalan RSUD")).text
        assert stranger.http.get(demo.url("Rawat jalan RSUD"), follow_redirects=False).status_code == 302


def test_fa_01_headers_of_the_client_never_reach_the_older_application(demo: Demo) -> None:
    siti = Person()
    forged = {"X-Pasien-Bpjs": "0001", "X_Pasien_Bpjs": "0002", "x-pasien_hp": "0003", "X-Pasien-Nik": "1", "X-Gapura-Host": "else"}
    with siti.http:
        siti.go(demo.url("Rawat jalan RSUD"))
        page = siti.http.get(demo.url("Rawat jalan RSUD"), headers=forged)
        assert f'data-header="X-Pasien-Nik">{SITI}<' in page.text
        assert "X-Pasien-Bpjs" not in page.text
        assert "X-Pasien-Hp" not in page.text


def test_fa_06_the_proxy_refuses_paths_that_can_be_read_in_two_ways(demo: Demo) -> None:
    siti = Person()
    with siti.http:
        siti.go(demo.url("Rawat jalan RSUD"))
        assert siti.http.get(demo.url("Rawat jalan RSUD") + "jadwal").status_code == 200
        assert siti.http.get(demo.url("Rawat jalan RSUD") + "a%2fb").status_code == 403


def test_everybody_who_is_printed_can_sign_in_unless_it_says_not(demo: Demo) -> None:
    told = re.findall(r"^  (\S.*?)  +(\d{16}|\S+@\S+|\+\d+)  +\S.*$", demo.told.split("Kode langkah kedua")[1], re.M)
    assert len(told) == len(read("personas")["personas"])
    closed = []
    for name, account in told:
        line = next(line for line in demo.told.splitlines() if account in line)
        somebody = Person()
        with somebody.http:
            page = somebody.http.get(demo.url("Portal") + "masuk")
            form = next(one for one in forms_of(page.text) if "sandi" in one.fields)
            page = somebody._send(page, form.action, {**form.fields, "akun": account, "sandi": PASSWORD})
            entered = 'name="sandi"' not in page.text
            assert entered is ("tidak dapat masuk" not in line), name
            assert not entered or name in words_of(page.text), name
        closed += [name] if not entered else []
    assert closed == ["Sarno Contosuwito"]


LARAS = "3503066406959008"  # nobody has asked her anything in this file before
STEP = re.compile(r"\*\*([^*]+)\*\*|\*([^*]+)\*")


def test_the_steps_of_the_readme_lead_through_the_demonstration(demo: Demo) -> None:
    """What stands in bold is an address that was printed, what stands in italics is on the page and is pressed."""
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    section = " ".join(readme.split("## A minute in the demonstration")[1].split("## ")[0].split())
    laras, pressed = Person(LARAS), []
    with laras.http:
        page = laras.http.get(demo.url("Portal"))
        for place, words in STEP.findall(section):
            if place:
                page = laras.http.get(demo.url(place))
                continue
            assert words in words_of(page.text), f"{words} is not on {page.url}"
            page = laras.choose(page, words)
            pressed.append(words)
        assert "Pendampingan usaha kecil" in words_of(page.text) and "Riwayat" in words_of(page.text)
    assert (laras.passwords, laras.agreed) == (1, 0), "the password once, and no page was answered that the README does not name"
    assert len(pressed) >= 7


def test_leaving_an_application_ends_the_session_everywhere(demo: Demo) -> None:
    siti = Person()
    with siti.http:
        siti.press(siti.go(demo.url("Pendampingan usaha")), "Pendampingan usaha")
        siti.go(demo.url("Rawat jalan RSUD"))
        left = siti.press(siti.http.get(demo.url("Pendampingan usaha")), "Keluar")
        assert str(left.url) == demo.url("Pendampingan usaha")
        assert "Selamat datang" in left.text
        refused = siti.http.get(demo.url("Rawat jalan RSUD"), follow_redirects=False)
        assert refused.status_code == 302
        assert siti.passwords == 1


def test_a_second_start_keeps_everybody_and_the_end_leaves_no_process(tmp_path: Path) -> None:
    for _ in range(2):
        with started(tmp_path) as running:
            children = psutil.Process(running.process.pid).children(recursive=True)
            assert len(children) >= 5
            assert httpx.get(running.url("Portal") + "readyz", trust_env=False).status_code == 200
        assert not [child for child in children if child.is_running()]


def test_op_3_it_refuses_a_public_address(tmp_path: Path) -> None:
    environment = {**os.environ, "GAPURA_ISSUER": "https://masuk.example.id", "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "hub.cli", "serve", "--demo"]
    ended = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert "issuer: the demo refuses a public https issuer" in ended.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "demo.example.id"])
def test_op_3_it_refuses_to_listen_where_others_are(tmp_path: Path, host: str) -> None:
    with pytest.raises(SettingsError, match=r"server\.host: the demo listens on this machine alone"):
        load(environment="demo", **{"server.host": host, "storage.data_dir": tmp_path})
    for own in ("127.0.0.1", "::1", "localhost", "127.0.0.2"):
        assert load(environment="demo", **{"server.host": own, "storage.data_dir": tmp_path}).server.host == own
    assert load(environment="production", issuer="https://gapura.example.id", **{"server.host": host}).server.host == host
