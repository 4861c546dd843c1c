"""The bridge with real older systems in PHP, behind a real nginx, set up by the lines of its page."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from connectors.apps.form_login.kind import FormLogin
from connectors.apps.form_login.settings import FormLoginSettings
from tests.forms import words_of
from tests.peers.bridged import OLD_PASSWORD, PAGE, Town, block, bridged_town
from tests.peers.walker import LARAS, Walker
from tests.site import PASSWORD, SITI

DIMAS = "3503110605099005"
ADUAN = json.loads(block("json form_login"))
PERIZINAN = {
    "application": "usaha-kecil",
    "form": {
        "page": "/index.php/auth/login",
        "action": "/index.php/auth/periksa",
        "fields": {"username": "identity", "password": "password"},
        "hidden": ["csrf_test_name"],
        "fixed": {"tombol": "Masuk"},
        "success": {"status": 303, "location": "/index.php/dasbor"},
    },
    "session_cookie": "ci_session",
    "sign_out_path": "/index.php/auth/logout",
    "start_path": "/index.php/dasbor",
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, template_folder: object) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("bridged")
    aduan = {**ADUAN, "application": "aduan-warga", "fields": [{"claim": "name", "field": "nama"}]}
    with bridged_town(folder, template_folder, {"aduan": aduan, "perizinan": dict(PERIZINAN)}) as opened:  # type: ignore[arg-type]
        opened.accounts("aduan", siti=OLD_PASSWORD, laras=OLD_PASSWORD, dimas=OLD_PASSWORD)
        opened.accounts("perizinan", laras=OLD_PASSWORD)
        yield opened


def link(walker: Walker, page: httpx.Response, username: str, password: str = OLD_PASSWORD) -> httpx.Response:
    return walker.send(page, "Hubungkan akun", pengguna=username, sandi=password)


def test_a_person_links_her_account_once_in_plain_php(town: Town) -> None:
    with Walker(SITI) as siti:
        page = arrive(siti, f"{town.url('aduan')}/beranda.php")
        assert page.url.path == "/_gapura/akun", words_of(page.text)
        page = link(siti, page, "siti")
        assert str(page.url) == f"{town.url('aduan')}/beranda.php"
        assert "orang=siti" in page.text and "kunjungan=1" in page.text
        assert re.search(r"nama=Siti \w+", page.text), "a claim filled a field of the form"
        assert f'"{town.url("aduan")}/aduan.php?id=1"' in page.text, "its inner address is called by the public name"
        assert page.headers["cache-control"] == "no-store"
        assert "kunjungan=2" in siti.http.get(f"{town.url('aduan')}/beranda.php").text, "the old session goes on"
        assert not [one.name for one in siti.http.cookies.jar if not one.name.startswith("gapura")]
    (tried,) = [line for line in town.notes("aduan") if line.startswith("coba siti")]
    assert tried == 'coba siti 4 ["tok","nama","user","pass"]', "exactly the fields, once"


def test_forms_and_files_arrive_as_they_were_sent(town: Town) -> None:
    with Walker(LARAS) as laras:
        link(laras, arrive(laras, f"{town.url('aduan')}/beranda.php"), "laras")
        photo = bytes(range(256)) * 20
        sent = laras.http.post(
            f"{town.url('aduan')}/simpan.php", data={"isi": "a&b=1\r\n\"'<é>"}, files={"foto": ("a.jpg", photo)}, follow_redirects=False
        )
        assert sent.status_code == 302, words_of(sent.text)
        assert (sent.status_code, sent.headers["location"]) == (302, f"{town.url('aduan')}/beranda.php?tersimpan=1")
        (line,) = [one for one in town.notes("aduan") if one.startswith("simpan laras")]
        assert line.endswith(hashlib.md5(photo).hexdigest())
        assert json.loads(line.split(" ", 2)[2].rsplit(" ", 1)[0]) == {"isi": "a&b=1\r\n\"'<é>"}


def test_a_codeigniter_like_system_with_tokens_and_a_new_session_id(town: Town) -> None:
    with Walker(LARAS) as laras:
        page = link(laras, arrive(laras, f"{town.url('perizinan')}/index.php/dasbor"), "laras")
        assert "orang=laras izin=[]" in page.text
        assert "127.0.0.1" not in page.text.split("<script>")[0], "links made from its configured base are rewritten"
        assert json.dumps(f"{town.url('perizinan')}/index.php").replace("/", "\\/") in page.text, "and as JSON writes them"
        page = laras.send(page, "Simpan", nama_usaha="Warung Bu Laras")
        assert "Warung Bu Laras" in page.text, words_of(page.text)
        forged = laras.http.post(f"{town.url('perizinan')}/index.php/izin/simpan", data={"csrf_test_name": "x", "nama_usaha": "y"})
        assert forged.status_code == 403, "its own protection still works"


def test_fb_07_a_password_that_was_changed_there_is_tried_once(town: Town) -> None:
    with Walker(DIMAS) as dimas:
        assert "orang=dimas" in link(dimas, arrive(dimas, f"{town.url('aduan')}/beranda.php"), "dimas").text
        town.accounts("aduan", siti=OLD_PASSWORD, laras=OLD_PASSWORD, dimas="diganti")
        for session in (town.folder / "aduan").glob("sess_*"):
            session.unlink()
        before = len([line for line in town.notes("aduan") if line.startswith("coba dimas")])
        for _ in range(4):
            page = dimas.http.get(f"{town.url('aduan')}/beranda.php")
            assert page.url.path == "/_gapura/akun" and "menolak kata sandi yang tersimpan" in page.text
        assert len([line for line in town.notes("aduan") if line.startswith("coba dimas")]) == before + 1
        page = link(dimas, page, "dimas", "masih-salah")
        assert page.status_code == 422 and "masih-salah" not in page.text
        assert "orang=dimas" in link(dimas, page, "dimas", "diganti").text
        town.accounts("aduan", siti=OLD_PASSWORD, laras=OLD_PASSWORD, dimas=OLD_PASSWORD)


def test_fa_01_what_a_browser_says_of_a_person_never_arrives(town: Town) -> None:
    with Walker(SITI) as siti:
        arrive(siti, f"{town.url('aduan')}/beranda.php")
        forged = {"Remote-User": "dewi", "X-Forwarded-User": "dewi", "X-Gapura-Isian": "dewi", "Authorization": "Basic ZGV3aTpk"}
        told = siti.http.get(f"{town.url('aduan')}/kepala.php", headers={**forged, "Cookie": "PHPSESSID=curian"}).json()
        assert told["orang"] == "siti"
        assert "dewi" not in json.dumps(told) and "PHP_AUTH_USER" not in told["server"]
        assert list(told["cookie"]) == ["PHPSESSID"] and told["cookie"]["PHPSESSID"] != "curian"


def test_wb_02_a_request_with_two_ends_is_refused(town: Town) -> None:
    for extra in (
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        f"Host: localhost:{town.ports['perizinan']}\r\n",
    ):
        with socket.create_connection(("127.0.0.1", town.bridge_port), 5) as wire:
            host = f"localhost:{town.ports['aduan']}"
            second = f"GET /kepala.php HTTP/1.1\r\nHost: {host}\r\n\r\n"
            wire.sendall(f"POST /beranda.php HTTP/1.1\r\nHost: {host}\r\n{extra}\r\n0\r\n\r\n{second}".encode())
            answer = b""
            while part := wire.recv(65536):
                answer += part
        assert answer.startswith(b"HTTP/1.1 400") and answer.count(b"HTTP/1.1") == 1, (extra, answer[:200])


def test_leaving_ends_the_old_session_there(town: Town) -> None:
    with Walker(SITI) as siti:
        arrive(siti, f"{town.url('aduan')}/beranda.php")
        siti.http.get(f"{town.url('aduan')}/logout.php")
        assert town.notes("aduan")[-1] == "keluar siti"
        assert siti.http.get(f"{town.url('aduan')}/beranda.php", follow_redirects=False).headers["location"].startswith(town.live.issuer)


def test_cn_05_a_withdrawal_ends_the_old_session_within_a_second(town: Town) -> None:
    with Walker(LARAS) as laras:
        page = arrive(laras, f"{town.url('perizinan')}/index.php/dasbor")
        assert "orang=laras" in page.text
        laras.withdraw(town.live.issuer, "pendamping")
        since = time.monotonic()
        refused = laras.http.get(f"{town.url('perizinan')}/index.php/dasbor", follow_redirects=False)
        assert time.monotonic() - since < 1
        assert refused.status_code in (302, 303) and "orang=" not in refused.text


def test_the_bridge_may_be_started_again_and_nobody_notices(town: Town) -> None:
    with Walker(SITI) as siti:
        arrive(siti, f"{town.url('aduan')}/beranda.php")
        before = len([line for line in town.notes("aduan") if line.startswith("coba siti")])
        town.stop()
        assert siti.http.get(f"{town.url('aduan')}/beranda.php").status_code == 502
        town.start()
        assert "orang=siti" in siti.http.get(f"{town.url('aduan')}/beranda.php").text
        assert len([line for line in town.notes("aduan") if line.startswith("coba siti")]) == before, "the old session was kept"


def test_a_service_credential_is_given_on_standard_input(town: Town) -> None:
    command = [sys.executable, "-m", "hub.cli", "bridge", "credential", "perizinan", "laras"]
    done = subprocess.run(command, env=town.environment(), input=f"{OLD_PASSWORD}\n", capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "Kept.\n"), done.stderr
    assert OLD_PASSWORD not in done.stdout + done.stderr
    wrong = subprocess.run(
        [*command[:-2], "tidak-ada", "x"], env=town.environment(), input="x\n", capture_output=True, text=True, timeout=60
    )
    assert wrong.returncode == 1 and "no form_login connector" in wrong.stderr


def test_fb_01_no_log_has_a_password_or_a_name(town: Town) -> None:
    for log in (town.log(), (town.folder / "server.log").read_text()):
        assert OLD_PASSWORD not in log and "siti" not in log.lower()
    assert "older_sign_in" in town.log()


def test_the_console_writes_out_what_the_page_says() -> None:
    own = FormLoginSettings.model_validate(ADUAN)
    written = FormLogin().proxy_configuration(own, "https://gapura.example.id")
    inside = block("nginx").partition("server_name aduan.example.id;\n")[2].rstrip().removesuffix("}")
    assert [line.strip() for line in written.split("\n") if line.strip()] == [line.strip() for line in inside.split("\n") if line.strip()]


def test_every_setting_of_the_kind_stands_on_its_page() -> None:
    assert [name for name in FormLoginSettings.model_fields if f"`{name}`" not in PAGE.read_text()] == []


def arrive(walker: Walker, url: str) -> httpx.Response:
    """Open the address, signing in at Gapura when asked; stop at the page where an old account is linked."""
    page = walker.http.get(url)
    for _ in range(4):
        if 'name="akun"' in page.text:
            page = walker.send(page, "", akun=walker.account, sandi=PASSWORD)
        elif "/persetujuan/" in page.url.path:
            page = walker.send(page, "lanjutkan")
        else:
            break
    return page
