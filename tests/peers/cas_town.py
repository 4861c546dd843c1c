"""A town with CAS clients of others, started with the lines of docs/connectors/cas.md: Apache with mod_auth_cas, PHP with phpCAS."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.peers.programs import HERE, MODULES, program, running
from tests.peers.test_client_certificates import Papers
from tests.peers.walker import Walker
from tests.servers import missing
from tests.site import SITI, Live

PAGE = Path(__file__).parents[2] / "docs/connectors/cas.md"
PHP_CAS = Path("/usr/share/php/CAS.php")


def snippets(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.S)


@dataclass
class Town:
    live: Live
    papers: Papers
    ports: dict[str, int]

    def url(self, name: str, path: str = "") -> str:
        return f"{'https' if name == 'php' else 'http'}://localhost:{self.ports[name]}/{path}"

    def walker(self, account: str = SITI) -> Walker:
        """Return a person's browser that trusts the authority of this town."""
        person = Walker(account)
        person.http.close()
        trusted = ssl.create_default_context(cafile=self.papers.path("ca.pem"))
        person.http = httpx.Client(follow_redirects=True, timeout=10, trust_env=False, verify=trusted)
        return person

    def fits(self, text: str, name: str) -> str:
        """Return a snippet of the page with the addresses of this town."""
        host, port = self.live.issuer.removeprefix("https://").split(":")
        changes = {
            "https://gapura.example.id": self.live.issuer,
            "'gapura.example.id', 443": f"'{host}', {port}",
            "https://arsip.example.id": self.url(name).rstrip("/"),
            "/etc/ssl/certs/ca-certificates.crt": self.papers.path("ca.pem"),
            "/var/cache/apache2/mod_auth_cas/": f"{self.papers.folder}/apache/kept/",
            "/var/lib/arsip/pgt": f"{self.papers.folder}/php/pgt",
            "10.0.4.2": "127.0.0.1",
        }
        for written, here in changes.items():
            text = text.replace(written, here)
        assert "example.id" not in text and "/var/" not in text and "/etc/" not in text
        return text


@contextmanager
def apache(town: Town, upstream: int) -> Iterator[None]:
    if not (MODULES / "mod_auth_cas.so").exists():
        missing("mod_auth_cas")
    folder = town.papers.folder / "apache"
    (folder / "kept").mkdir(parents=True)
    (snippet,) = snippets("apache")
    values = {
        "PORT": town.ports["apache"],
        "TLS_PORT": town.ports["php"],
        "PHP": town.ports["inside"],
        "FOLDER": folder,
        "MODULES": MODULES,
        "UPSTREAM": upstream,
        "SNIPPET": town.fits(snippet, "apache"),
    }
    text = (HERE / "cas_apache.conf").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    (folder / "apache.conf").write_text(text)
    with running([program("apache2"), "-f", str(folder / "apache.conf"), "-DFOREGROUND"], town.ports["apache"], folder):
        yield


@contextmanager
def php(town: Town) -> Iterator[None]:
    """PHP's own server behind Apache: the snippet as it is, with renew, with gateway, the way out, and two pages with proxy tickets."""
    if not PHP_CAS.exists():
        missing("php-cas")
    folder = town.papers.folder / "php"
    (folder / "sessions").mkdir(parents=True)
    (folder / "pgt").mkdir()
    enter, leave, proxy, proxied = (town.fits(one, "php") for one in snippets("php"))
    shown = "\n$seen = ['user' => $user, 'attributes' => $attributes];\necho '<pre>' . htmlspecialchars(json_encode($seen)) . '</pre>';\n"
    gateway = enter.replace("phpCAS::forceAuthentication();", "if (!phpCAS::checkAuthentication()) { echo 'tamu'; exit; }")
    pages = {
        "index.php": enter + shown,
        "baru.php": enter.replace("phpCAS::force", "phpCAS::renew") + shown,
        "terbuka.php": gateway + shown,
        "keluar.php": enter.partition("phpCAS::force")[0] + leave,
        "perantara.php": proxy.replace("phpCAS::handleLogout", "// phpCAS::handleLogout"),  # what is tested is our refusal
        "data.php": enter.replace("phpCAS::force", proxied + "phpCAS::force") + shown,
    }
    assert gateway != enter
    for name, text in pages.items():
        (folder / name).write_text("<?php\n" + text)
    port = town.ports["inside"]
    values = {"session.save_path": folder / "sessions", "include_path": "/usr/share/php", "curl.cainfo": town.papers.path("ca.pem")}
    command = [program("php"), *(word for name, value in values.items() for word in ("-d", f"{name}={value}"))]
    with running([*command, "-S", f"127.0.0.1:{port}", "-t", str(folder)], port, folder, {"PHP_CLI_SERVER_WORKERS": "4"}):
        yield
