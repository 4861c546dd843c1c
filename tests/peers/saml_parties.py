"""Service providers of others, started with the lines of docs/connectors/saml.md, and a browser that carries their forms."""

from __future__ import annotations

import html
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urljoin

import httpx

from tests.forms import Form, forms_of
from tests.peers.programs import HERE, MODULES, program, running
from tests.peers.walker import Walker
from tests.servers import missing
from tests.site import PASSWORD, Live

PAGE = Path(__file__).parents[2] / "docs/connectors/saml.md"


def snippet(language: str, mark: str) -> str:
    """Return the one snippet of the page in this language that holds the mark."""
    (found,) = [one for one in re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.S) if mark in one]
    return str(found)


@dataclass
class Place:
    """Where one service provider lives, and the Gapura it belongs to."""

    live: Live
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def fits(self, text: str, changes: dict[str, str]) -> str:
        """Return a snippet of the page with the addresses and folders of this test."""
        for written, here in {**changes, "https://surat.example.id": self.url, "https://gapura.example.id": self.live.issuer}.items():
            text = text.replace(written, here)
        assert "example.id" not in text, text
        return text

    def keep_metadata(self, name: str) -> None:
        answer = httpx.get(f"{self.live.issuer}/saml/metadata", trust_env=False)
        assert answer.status_code == 200 and answer.headers["content-type"] == "application/samlmetadata+xml"
        (self.folder / name).write_text(answer.text)

    def make_keys(self) -> None:
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost"]
        subprocess.run([*command, "-keyout", "sp.key", "-out", "sp.cert"], cwd=self.folder, check=True, capture_output=True)


@contextmanager
def mellon(place: Place, upstream: int) -> Iterator[None]:
    """Apache with mod_auth_mellon; its keys are made as the page says."""
    if not (MODULES / "mod_auth_mellon.so").exists():
        missing("mod_auth_mellon")
    place.folder.mkdir()
    made = subprocess.run(
        [program("mellon_create_metadata"), place.url, f"{place.url}/mellon"], cwd=place.folder, check=True, capture_output=True
    )
    assert made.returncode == 0
    for end in ("key", "cert"):
        (one,) = place.folder.glob(f"*.{end}")
        one.rename(place.folder / f"sp.{end}")
        (place.folder / f"sp.{end}").chmod(0o600)
    place.keep_metadata("gapura.xml")
    lines = place.fits(snippet("apache", "Mellon"), {"/etc/apache2/mellon": str(place.folder)})
    text = (HERE / "saml_mellon.conf").read_text()
    for name, value in {"PORT": place.port, "FOLDER": place.folder, "MODULES": MODULES, "UPSTREAM": upstream, "SNIPPET": lines}.items():
        text = text.replace(f"@{name}@", str(value))
    (place.folder / "apache.conf").write_text(text)
    with running([program("apache2"), "-f", str(place.folder / "apache.conf"), "-DFOREGROUND"], place.port, place.folder):
        yield


LOGGER = """log4j.rootCategory=INFO, file
log4j.appender.file=org.apache.log4j.FileAppender
log4j.appender.file.fileName=@FOLDER@/@NAME@.log
log4j.appender.file.layout=org.apache.log4j.PatternLayout
log4j.appender.file.layout.ConversionPattern=%d %p %c: %m%n
"""


@contextmanager
def shibboleth(place: Place, upstream: int) -> Iterator[None]:
    """Apache with mod_shib, and the shibd it asks, on a socket of its own."""
    if not (MODULES / "mod_shib.so").exists():
        missing("mod_shib")
    place.folder.mkdir()
    place.make_keys()
    place.keep_metadata("gapura.xml")
    folder = str(place.folder)
    for name in ("shibd", "native"):
        (place.folder / f"{name}.logger").write_text(LOGGER.replace("@FOLDER@", folder).replace("@NAME@", name))
    changes = {
        **{f"/etc/shibboleth/sp-{use}-{part}.pem": f"{folder}/sp.{part}" for use in ("signing", "encrypt") for part in ("key", "cert")},
        "/etc/shibboleth/": f"{folder}/",
        'handlerSSL="true" cookieProps="https"': 'handlerSSL="false" cookieProps="http"',
        "tik@example.id": "tik@localhost",
        "<OutOfProcess/>": f'<OutOfProcess logger="{folder}/shibd.logger"/><InProcess logger="{folder}/native.logger"/>'
        f'<UnixListener address="{folder}/shibd.sock"/>',
    }
    (place.folder / "shibboleth2.xml").write_text(place.fits(snippet("xml", "SPConfig"), changes))
    (place.folder / "attribute-map.xml").write_text(snippet("xml", "<Attributes"))
    text = (HERE / "saml_shibboleth.conf").read_text()
    lines = place.fits(snippet("apache", "ShibRequestSetting"), {})
    for name, value in {"PORT": place.port, "FOLDER": folder, "MODULES": MODULES, "UPSTREAM": upstream, "SNIPPET": lines}.items():
        text = text.replace(f"@{name}@", str(value))
    (place.folder / "apache.conf").write_text(text)
    daemon = [program("shibd"), "-F", "-f", "-c", f"{folder}/shibboleth2.xml", "-p", f"{folder}/shibd.pid"]
    front = [program("apache2"), "-f", f"{folder}/apache.conf", "-DFOREGROUND"]
    with _asked(daemon, place.folder / "shibd.sock"), running(front, place.port, place.folder):
        yield


@contextmanager
def _asked(command: list[str], socket: Path) -> Iterator[None]:
    """Run a program that is asked on a Unix socket until the block ends."""
    with (socket.parent / "daemon.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=socket.parent, stdout=log, stderr=log)
        try:
            end = time.monotonic() + 20
            while not socket.exists():
                assert process.poll() is None and time.monotonic() < end, (socket.parent / "daemon.log").read_text()[-2000:]
                time.sleep(0.05)
            socket.chmod(0o777)  # Apache's worker may run as another user
            yield
        finally:
            process.terminate()
            process.wait(15)


SIMPLESAMLPHP = Path("/usr/share/simplesamlphp")
SHOWN = """
$headers = [['x-pengguna', $orang]];
foreach (['cn' => 'x-nama', 'employeeNumber' => 'x-nik', 'mail' => 'x-surel'] as $name => $header) {
    if (isset($nilai[$name])) { $headers[] = [$header, $nilai[$name][0]]; }
}
echo '<pre>' . htmlspecialchars(json_encode(['path' => '/dalam', 'headers' => $headers])) . '</pre>';
"""


@contextmanager
def simplesamlphp(place: Place) -> Iterator[None]:
    """SimpleSAMLphp of Debian under PHP's own server, with a page that shows what it was given."""
    if not (SIMPLESAMLPHP / "lib/_autoload.php").exists():
        missing("simplesamlphp")
    site, folder = place.folder / "site", str(place.folder)
    for one in (site / "dalam", site / "keluar", place.folder / "sessions", place.folder / "temp"):
        one.mkdir(parents=True)
    place.make_keys()
    place.keep_metadata("gapura.xml")
    (site / "simplesamlphp").symlink_to(SIMPLESAMLPHP / "www")
    changes = {"/etc/simplesamlphp/": f"{folder}/"}
    own = (HERE / "saml_simplesaml.php").read_text().replace("@FOLDER@", folder)
    configuration = place.fits(snippet("php", "baseurlpath"), changes)
    (place.folder / "config.php").write_text(f"<?php\nrequire '/etc/simplesamlphp/config.php';\n{configuration}\n{own}")
    (place.folder / "authsources.php").write_text(place.fits(snippet("php", "saml:SP'"), changes))
    page = place.fits(snippet("php", "requireAuth"), {})
    (site / "dalam/index.php").write_text(page + SHOWN)
    (site / "keluar/index.php").write_text(page.partition("$gapura->requireAuth")[0] + f"$gapura->logout('{place.url}/selesai.html');\n")
    (site / "selesai.html").write_text("<!doctype html><title>Selesai</title>")
    options = {"session.save_path": f"{folder}/sessions", "error_log": f"{folder}/php.log", "display_errors": "0"}
    command = [program("php"), *(part for name, value in options.items() for part in ("-d", f"{name}={value}"))]
    environment = {"SIMPLESAMLPHP_CONFIG_DIR": folder, "PHP_CLI_SERVER_WORKERS": "4"}
    with running([*command, "-S", f"127.0.0.1:{place.port}", "-t", str(site)], place.port, place.folder, environment):
        yield


class AsBrowsersDo(httpx.HTTPTransport):
    """Browsers take `Domain=localhost`, and `Secure` from localhost without TLS; the jar of httpx takes neither."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        lines = [(name, re.sub(rb"; (Domain=localhost|Secure)(?=;|$)", b"", value, flags=re.I)) for name, value in response.headers.raw]
        response.headers = httpx.Headers(lines)
        return response


class Carrier(Walker):
    """A walker that also presses the button of a form that carries a SAML message to another site."""

    def __init__(self, account: str) -> None:
        super().__init__(account)
        self.http.close()
        self.http = httpx.Client(follow_redirects=True, timeout=10, trust_env=False, transport=AsBrowsersDo())

    def go(self, url: str, tick: tuple[str, ...] = ()) -> httpx.Response:
        return self.on(self.http.get(url), tick)

    def on_to_sign_in(self, url: str) -> httpx.Response:
        """Open the address and stop where something is asked; a form that carries a request on is pressed."""
        page = self.http.get(url)
        carried = next((one for one in forms_of(page.text) if "SAMLRequest" in one.fields), None)
        return self._carry(page, carried) if carried is not None else page

    def _carry(self, page: httpx.Response, form: Form) -> httpx.Response:
        target = urljoin(str(page.url), html.unescape(form.action))
        headers = {"content-type": "application/x-www-form-urlencoded", "origin": f"{page.url.scheme}://{page.url.netloc.decode()}"}
        return self.http.post(target, content=urlencode(form.fields), headers=headers)

    def on(self, page: httpx.Response, tick: tuple[str, ...] = ()) -> httpx.Response:
        """Go on from this page, through sign-in, notice and forms, until a page asks nothing."""
        for _ in range(12):
            carried = next((one for one in forms_of(page.text) if {"SAMLRequest", "SAMLResponse"} & set(one.fields)), None)
            if 'name="sandi"' in page.text:
                self.passwords += 1
                page = self.send(page, "", akun=self.account, sandi=PASSWORD)
            elif "/persetujuan/" in page.url.path:
                self.notices.append(str(page.url))
                page = self.send(page, "lanjutkan", tick)
            elif carried is not None:
                page = self._carry(page, carried)
            else:
                return page
        raise AssertionError(f"asked again and again: {page.url}")
