"""`gapura ldap` as older systems see it: OpenLDAP's tools, PHP, Apache and ldap3, beside a Gapura whose portal makes the passwords."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from connectors.apps.ldap.dn import escaped
from hub.resources import Resources
from hub.supervisor import SOCKET_VARIABLE
from tests.connectors.ldap import ldap3
from tests.idp.directory.town import BASE, CONNECTOR, SECRET, SYSTEM, add_connector
from tests.peers.programs import MODULES, program, running
from tests.peers.test_client_certificates import Papers
from tests.peers.walker import Walker
from tests.servers import free_port, missing
from tests.site import Live, live_site

PAGE = (Path(__file__).parents[2] / "docs" / "connectors" / "ldap.md").read_text()
MADE = re.compile(r'<span class="ref">([0-9a-z-]+)</span>')
NAMED = re.compile(r"<code>(\+62[0-9]+)</code>")
DIMAS = "3503110605099005"
pytestmark = pytest.mark.filterwarnings("ignore:ssl.match_hostname:DeprecationWarning")  # ldap3's own


@dataclass
class Town:
    live: Live
    ldaps: int
    plain: int
    ca: str

    def tool(self, name: str, *words: str, url: str = "") -> subprocess.CompletedProcess[str]:
        """Run a tool of OpenLDAP, which takes `localhost` for the machine's own name when it looks at a certificate."""
        command = [program(name), "-x", "-H", url or f"ldaps://127.0.0.1:{self.ldaps}", *words]
        environment = {**os.environ, "LDAPTLS_CACERT": self.ca, "LDAPTLS_REQCERT": "demand"}
        return subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment)

    def connection(self, user: str, password: str) -> ldap3.Connection:
        tls = ldap3.Tls(validate=2, ca_certs_file=self.ca, valid_names=["localhost"])
        server = ldap3.Server("localhost", self.ldaps, use_ssl=True, tls=tls, get_info=ldap3.NONE, connect_timeout=5)
        return ldap3.Connection(server, user, password, receive_timeout=10, raise_exceptions=False)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("directory")
    papers = Papers(tmp_path_factory.mktemp("papers"))
    papers.self_signed("ca", "/C=ID/O=Otoritas Uji/CN=Otoritas", ca=True)
    papers.issued("ldap", "/CN=localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")

    async def fill(resources: Resources) -> None:
        await add_connector(resources)

    ldaps, plain = free_port(), free_port()
    with live_site(folder, template_folder, fill=fill) as live:
        own = {"ldap.port": ldaps, "ldap.start_tls_port": plain}
        own |= {"ldap.tls_certificate": papers.path("ldap.pem"), "ldap.tls_key": papers.path("ldap.key")}
        with running([sys.executable, "-m", "hub.cli", "ldap"], ldaps, _sub(folder, "ldap"), environment_of(live, own)):
            yield Town(live, ldaps, plain, papers.path("ca.pem"))


def environment_of(live: Live, own: dict[str, object]) -> dict[str, str]:
    """Return the settings of the site with those of the directory, as the environment carries them."""
    values = {**live.values, **own}
    return {f"GAPURA_{key.replace('.', '__').upper()}": str(value) for key, value in values.items() if key != SOCKET_VARIABLE}


def _sub(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


@dataclass
class Person:
    uid: str
    password: str

    @property
    def dn(self) -> str:
        return f"uid={escaped(self.uid)},{BASE}"


def password_of(town: Town, walker: Walker) -> Person:
    """Make a password in the portal, agreeing to the notice if asked."""
    path = f"{town.live.issuer}/sandi-aplikasi/{CONNECTOR}"
    page = walker.go(path)
    page = walker.send(page, "Buat kata sandi")
    made, named = MADE.search(page.text), NAMED.search(page.text)
    assert made and named, page.text[-2000:]
    return Person(named[1], made[1])


@pytest.fixture(scope="module")
def laras(town: Town) -> Person:
    with Walker() as walker:
        return password_of(town, walker)


def test_openldap_binds_and_finds_over_ldaps_and_start_tls(town: Town, laras: Person) -> None:
    for url, more in (("", ()), (f"ldap://127.0.0.1:{town.plain}", ("-ZZ",))):
        me = town.tool("ldapwhoami", *more, "-D", laras.dn, "-w", laras.password, url=url)
        assert me.stdout.strip() == f"dn:{laras.dn}", me.stderr
        found = town.tool("ldapsearch", *more, "-LLL", "-D", SYSTEM, "-w", SECRET, "-b", BASE, f"(uid={laras.uid})", "cn", "l", url=url)
        assert f"dn: {laras.dn}" in found.stdout, found.stderr
        assert "cn: Laras" in found.stdout and "mobile" not in found.stdout


def test_openldap_is_refused_in_its_own_words(town: Town, laras: Person) -> None:
    plain = f"ldap://127.0.0.1:{town.plain}"
    system = ("-D", SYSTEM, "-w", SECRET, "-b", BASE)
    for words, url, status in (
        (("-D", laras.dn, "-w", "pagi cerah di pantai prigi", "-b", BASE, "(uid=x)"), "", 49),
        (("-D", laras.dn, "-w", laras.password, "-b", BASE, "(uid=x)"), plain, 13),
        (("-b", BASE, "(uid=x)"), "", 48),
        ((*system, "(objectClass=*)"), "", 53),
        ((*system, "-E", "pr=1000/noprompt", "(uid=*)"), "", 53),
        (("-D", SYSTEM, "-w", SECRET, "-b", "dc=kabupaten,dc=example", f"(uid={laras.uid})"), "", 50),
    ):
        assert town.tool("ldapsearch", *words, url=url).returncode == status, words


def test_ld_09_nothing_but_what_is_mapped_and_released_comes_out(town: Town, laras: Person) -> None:
    got = town.tool("ldapsearch", "-LLL", "-D", SYSTEM, "-w", SECRET, "-b", BASE, f"(uid={laras.uid})", "*", "+", "userPassword", "nik")
    names = {line.split(":")[0] for line in got.stdout.splitlines() if ":" in line}
    assert names == {"dn", "objectClass", "uid", "cn", "sn", "mobile", "l"}


def test_ldap3_finds_and_is_stopped_where_it_must(town: Town, laras: Person) -> None:
    with town.connection(SYSTEM, SECRET) as system:
        assert system.bound
        assert system.search(BASE, f"(&(objectClass=person)(uid={laras.uid}))", attributes=["cn"])
        assert system.entries[0].entry_dn == laras.dn
        assert not system.search(BASE, "(cn=L*)") and system.result["description"] == "unwillingToPerform"
        assert not system.modify(laras.dn, {"cn": [(ldap3.MODIFY_REPLACE, ["x"])]})
        assert system.extend.standard.who_am_i() == f"dn:{SYSTEM}"
    wrong = town.connection(laras.dn, "salah")
    assert not wrong.bind()
    wrong.unbind()


def test_what_was_told_stands_in_the_history_of_the_person(town: Town, laras: Person) -> None:
    with town.connection(laras.dn, laras.password) as one:
        assert one.search(laras.dn, "(objectClass=*)", ldap3.BASE, attributes=["cn"])
    with Walker() as walker:
        rows = walker.go(f"{town.live.issuer}/riwayat?bentuk=csv").text
    assert [line for line in rows.splitlines() if "Nama lengkap" in line and "Nomor HP" in line], rows[:2000]


def test_a_withdrawal_closes_it_within_a_second_on_open_connections_too(town: Town) -> None:
    with Walker(DIMAS) as dimas:
        person = password_of(town, dimas)
        with town.connection(person.dn, person.password) as held, town.connection(SYSTEM, SECRET) as system:
            assert held.bound and system.search(BASE, f"(uid={person.uid})")
            dimas.withdraw(town.live.issuer, "pendamping")
            since = time.monotonic()
            assert not held.search(person.dn, "(objectClass=*)", ldap3.BASE)
            assert not system.search(BASE, f"(uid={person.uid})")
            refused = town.tool("ldapwhoami", "-D", person.dn, "-w", person.password)
            assert time.monotonic() - since < 1
            assert refused.returncode == 49 and "portal" in refused.stderr


def snippet(language: str, number: int = 0) -> str:
    """Return the code of that language as it stands on the page."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)[number]


@contextmanager
def php(town: Town, folder: Path) -> Iterator[str]:
    """The login form of the page, in PHP's own server."""
    if subprocess.run([program("php"), "-r", "exit(extension_loaded('ldap') ? 0 : 1);"], timeout=30).returncode:
        missing("php-ldap")
    text = snippet("php").replace("ldaps://gapura.example.id", f"ldaps://127.0.0.1:{town.ldaps}")
    (folder / "index.php").write_text(text)
    port = free_port()
    with running([program("php"), "-S", f"127.0.0.1:{port}", "-t", str(folder)], port, folder, {"LDAPTLS_CACERT": town.ca}):
        yield f"http://127.0.0.1:{port}/"


def test_a_login_form_in_php_lets_in_whom_it_should(town: Town, laras: Person, tmp_path: Path) -> None:
    with php(town, tmp_path) as form:

        def sign_in(name: str, password: str) -> httpx.Response:
            return httpx.post(form, data={"nama": name, "sandi": password}, trust_env=False, timeout=20)

        inside = sign_in(laras.uid, laras.password)
        assert inside.status_code == 200 and f"({laras.uid})" in inside.text and "Laras" in inside.text
        for name, password in (
            (laras.uid, "salah"),
            (laras.uid, ""),
            ("", ""),
            ("*", laras.password),
            (f"{laras.uid},{BASE}", laras.password),
            ("*)(uid=*))(|(uid=*", laras.password),
        ):
            assert sign_in(name, password).status_code == 403, name


def test_apache_lets_in_whom_it_should(town: Town, laras: Person, tmp_path: Path) -> None:
    if not (MODULES / "mod_authnz_ldap.so").exists():
        missing("mod_authnz_ldap")
    port = free_port()
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "index.html").write_text("di dalam")
    text = snippet("apache")
    for old, new in {
        "/etc/ssl/certs/kabupaten.pem": town.ca,
        "ldaps://gapura.example.id/": f"ldaps://127.0.0.1:{town.ldaps}/",
        "/etc/apache2/gapura-ldap-secret": str(secret),
    }.items():
        assert old in text
        text = text.replace(old, new)
    modules = ("mpm_event", "authn_core", "authz_core", "authz_user", "auth_basic", "ldap", "authnz_ldap", "dir")
    lines = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in modules]
    lines += [f"Listen 127.0.0.1:{port}", "ServerName localhost", f"PidFile {tmp_path}/pid", f"ErrorLog {tmp_path}/error.log"]
    lines += [f"DocumentRoot {tmp_path}/www", "DirectoryIndex index.html", f"DefaultRuntimeDir {tmp_path}", f"Mutex file:{tmp_path}"]
    (tmp_path / "apache.conf").write_text("\n".join(lines) + "\n" + text)
    tmp_path.chmod(0o755)
    with running([program("apache2"), "-f", str(tmp_path / "apache.conf"), "-DFOREGROUND"], port, tmp_path):
        address = f"http://127.0.0.1:{port}/"
        inside = httpx.get(address, auth=(laras.uid, laras.password), trust_env=False, timeout=20)
        assert (inside.status_code, inside.text) == (200, "di dalam"), (tmp_path / "error.log").read_text()[-1500:]
        for name, password in ((laras.uid, "salah"), ("*", laras.password), ("*)(uid=*", laras.password)):
            assert httpx.get(address, auth=(name, password), trust_env=False, timeout=20).status_code == 401


def test_it_ends_in_order_and_says_what_must_be_set(town: Town, tmp_path: Path) -> None:
    own = {"ldap.port": free_port(), "ldap.start_tls_port": 0}
    environment = {**os.environ, **environment_of(town.live, own)}
    command = [sys.executable, "-m", "hub.cli", "ldap"]
    refused = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, cwd=tmp_path.anchor and None)
    assert refused.returncode == 2 and "ldap.tls_certificate" in refused.stderr
    papers = Path(town.ca).parent
    own |= {"ldap.tls_certificate": str(papers / "ldap.pem"), "ldap.tls_key": str(papers / "ldap.key")}
    environment |= environment_of(town.live, own)
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    own_url = f"ldaps://127.0.0.1:{own['ldap.port']}"
    end = time.monotonic() + 20
    while (seen := town.tool("ldapsearch", "-D", SYSTEM, "-w", SECRET, "-b", BASE, "-s", "base", url=own_url)).returncode:
        assert time.monotonic() < end and process.poll() is None, seen.stderr
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=15) is not None and process.returncode == 0
