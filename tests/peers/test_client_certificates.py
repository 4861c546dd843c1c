"""Certificates of clients over real TLS: our own, and nginx's before us. openssl makes the authority and what it issues. RFC 8705."""

from __future__ import annotations

import http.server
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from idp.proofs.certificate import load
from kit.secrets import new_id
from tests.idp.client_auth.assertions import EC, signed
from tests.peers.programs import HERE, program, running, serving
from tests.site import Live, live_site, test_client

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
OWN_NAME = {"grant_types": frozenset({"client_credentials"}), "secrets": (), "scopes": frozenset({"layanan:imunisasi-anak"})}


@dataclass(frozen=True)
class Papers:
    """A folder with the authority and what it issued; `name.pem` and `name.key` each."""

    folder: Path

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def openssl(self, *words: str) -> None:
        subprocess.run([program("openssl"), *words], cwd=self.folder, check=True, capture_output=True, timeout=30)

    def self_signed(self, name: str, subject: str, *, ca: bool = False) -> None:
        constraint = f"basicConstraints=critical,CA:{str(ca).upper()}"
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key")
        self.openssl("req", "-x509", *key, "-out", f"{name}.pem", "-subj", subject, "-days", "2", "-addext", constraint)

    def issued(self, name: str, subject: str, extensions: str, issuer: str = "ca") -> None:
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key")
        self.openssl("req", "-new", *key, "-out", f"{name}.csr", "-subj", subject)
        (self.folder / f"{name}.ext").write_text(extensions)
        sign = ("-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-CAcreateserial", "-extfile", f"{name}.ext", "-days", "2")
        self.openssl("x509", "-req", "-in", f"{name}.csr", *sign, "-out", f"{name}.pem")

    def http(self, issuer: str, name: str = "") -> httpx.Client:
        """Return an HTTP client that shows this certificate, or none."""
        trusted = ssl.create_default_context(cafile=self.path("ca.pem"))
        if name:
            trusted.load_cert_chain(self.path(f"{name}.pem"), self.path(f"{name}.key"))
        return httpx.Client(base_url=issuer, verify=trusted, trust_env=False, timeout=10)

    def thumbprint(self, name: str) -> str:
        return load((self.folder / f"{name}.pem").read_text()).thumbprint


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    made = Papers(tmp_path_factory.mktemp("papers"))
    made.self_signed("ca", "/C=ID/O=Otoritas Uji/CN=Otoritas", ca=True)
    made.self_signed("stranger-ca", "/C=ID/O=Otoritas Uji/CN=Otoritas", ca=True)
    made.issued("server", "/CN=localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    made.issued("antrean", "/C=ID/O=Dinas Kesehatan/CN=antrean", "extendedKeyUsage=clientAuth\nsubjectAltName=DNS:antrean.example\n")
    made.issued("renewed", "/C=ID/O=Dinas Kesehatan/CN=antrean", "extendedKeyUsage=clientAuth\n")
    made.issued("other", "/C=ID/O=Dinas Kesehatan/CN=lain", "extendedKeyUsage=clientAuth\n")
    made.issued("forged", "/C=ID/O=Dinas Kesehatan/CN=antrean", "extendedKeyUsage=clientAuth\n", issuer="stranger-ca")
    made.self_signed("own", "/CN=own")
    made.self_signed("another-own", "/CN=own")
    return made


def clients(papers: Papers) -> tuple[Any, ...]:
    subject = "CN=antrean,O=Dinas Kesehatan,C=ID"
    own = {"keys": [{"kty": "EC", "x5t#S256": papers.thumbprint("own")}]}
    return (
        test_client(client_id="by-subject", auth_method="tls_client_auth", tls_subject=subject, tls_bound=True, **OWN_NAME),
        test_client(client_id="by-name", auth_method="tls_client_auth", tls_subject="dns:antrean.example", **OWN_NAME),
        test_client(client_id="by-itself", auth_method="self_signed_tls_client_auth", jwks=own, tls_bound=True, **OWN_NAME),
    )


@contextmanager
def key_server(papers: Papers) -> Iterator[int]:
    """A client's own server, which publishes its keys over TLS."""
    body = orjson.dumps({"keys": [EC.as_dict(private=False)]})

    class Keys(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    answering = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    answering.load_cert_chain(papers.path("server.pem"), papers.path("server.key"))
    server.socket = answering.wrap_socket(server.socket, server_side=True)
    with serving(server):
        yield int(server.server_address[1])


@pytest.fixture(scope="module")
def direct(papers: Papers, tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Live]:
    """A Gapura that ends TLS itself, and a client that publishes its keys."""
    with key_server(papers) as port:
        published = {"auth_method": "private_key_jwt", "jwks_uri": f"https://localhost:{port}/jwks", **OWN_NAME}
        untrusted = {**published, "jwks_uri": f"https://127.0.0.1:{port}/jwks"}
        settings = {
            "server.tls_certificate": papers.path("server.pem"),
            "server.tls_key": papers.path("server.key"),
            "server.tls_client_ca": papers.path("ca.pem"),
            "outbound.ca_file": papers.path("ca.pem"),
            "outbound.allow": [f"localhost:{port}"],
        }
        more = (test_client(client_id="by-uri", **published), test_client(client_id="not-allowed", **untrusted))
        folder = tmp_path_factory.mktemp("direct")
        with live_site(folder, template_folder, clients=(*clients(papers), *more), **settings) as live:
            yield live


@pytest.fixture(scope="module")
def fronted(papers: Papers, tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[str]:
    """A Gapura behind nginx, which lets every certificate pass and hands it on; the address of nginx."""
    settings = {
        "server.trusted_proxies": ["127.0.0.1/32"],
        "server.client_cert_header": "X-Client-Cert",
        "server.tls_client_ca": papers.path("ca.pem"),
    }
    with live_site(tmp_path_factory.mktemp("fronted"), template_folder, clients=clients(papers), **settings) as live:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        folder = papers.folder / "nginx"
        folder.mkdir()
        text = (HERE / "tls-front.conf").read_text()
        for name, value in {"PORT": port, "FOLDER": folder, "UPSTREAM": live.issuer.rpartition(":")[2]}.items():
            text = text.replace(f"@{name}@", str(value))
        (folder / "nginx.conf").write_text(text)
        command = [
            program("nginx"),
            "-p",
            str(folder),
            "-c",
            str(folder / "nginx.conf"),
            "-e",
            str(folder / "error.log"),
            "-g",
            "daemon off;",
        ]
        with running(command, port, folder):
            yield f"https://localhost:{port}"


def own_name(http: httpx.Client, client_id: str, **form: str) -> httpx.Response:
    return http.post("/token", data={"grant_type": "client_credentials", "client_id": client_id, **form})


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("error", "")


REFUSED = (401, "invalid_client")


def test_a_certificate_of_our_authority_is_a_proof_over_our_own_tls(papers: Papers, direct: Live) -> None:
    with papers.http(direct.issuer, "antrean") as http:
        assert told(own_name(http, "by-subject")) == (200, "")
        assert told(own_name(http, "by-name")) == (200, "")
    with papers.http(direct.issuer, "renewed") as http:
        assert told(own_name(http, "by-subject")) == (200, "")
        assert told(own_name(http, "by-name")) == REFUSED
    with papers.http(direct.issuer, "other") as http:
        assert told(own_name(http, "by-subject")) == REFUSED
    with papers.http(direct.issuer) as http:
        assert told(own_name(http, "by-subject")) == REFUSED
        assert http.get("/").status_code == 200, "a browser without a certificate notices nothing"


@pytest.mark.parametrize("name", ["forged", "own"])
def test_a_certificate_of_nobody_does_not_pass_our_own_tls(papers: Papers, direct: Live, name: str) -> None:
    with papers.http(direct.issuer, name) as http, pytest.raises(httpx.TransportError):
        own_name(http, "by-subject")


def test_a_bound_token_is_used_with_its_certificate_alone(papers: Papers, direct: Live) -> None:
    with papers.http(direct.issuer, "antrean") as http, papers.http(direct.issuer, "other") as thief:
        tokens = own_name(http, "by-subject").json()
        assert tokens["token_type"] == "Bearer"
        seen = http.post("/introspect", data={"client_id": "by-subject", "token": tokens["access_token"]}).json()
        assert seen["cnf"] == {"x5t#S256": papers.thumbprint("antrean")}
        head = {"authorization": f"Bearer {tokens['access_token']}"}
        assert told(http.get("/userinfo", headers=head)) == (403, "insufficient_scope"), "it is known; it is only not about a person"
        assert told(thief.get("/userinfo", headers=head)) == (401, "invalid_token")
        with papers.http(direct.issuer) as bare:
            assert told(bare.get("/userinfo", headers=head)) == (401, "invalid_token")


def test_tk_31_over_our_own_tls_no_header_is_a_certificate(papers: Papers, direct: Live) -> None:
    pem = (papers.folder / "antrean.pem").read_text().replace("\n", "%0A")
    forged = {"X-Client-Cert": pem, "Client-Cert": pem, "X-SSL-Client-Verify": "SUCCESS", "X-SSL-Client-S-DN": "CN=antrean"}
    with papers.http(direct.issuer) as http:
        answer = http.post("/token", data={"grant_type": "client_credentials", "client_id": "by-subject"}, headers=forged)
        assert told(answer) == REFUSED


def test_what_is_published_names_what_can_be_used(papers: Papers, direct: Live, fronted: str) -> None:
    for issuer, methods in ((direct.issuer, {"tls_client_auth"}), (fronted, {"tls_client_auth", "self_signed_tls_client_auth"})):
        with papers.http(issuer) as http:
            metadata = http.get("/.well-known/openid-configuration").json()
        assert metadata["tls_client_certificate_bound_access_tokens"] is True
        assert {one for one in metadata["token_endpoint_auth_methods_supported"] if "tls" in one} == methods


def test_what_may_be_reached_although_it_is_not_public_is_said_at_the_start(direct: Live) -> None:
    said = (direct.folder / "server.log").read_text()
    assert "outbound_allowed" in said
    assert "localhost:" in said


def test_keys_are_fetched_from_where_a_client_publishes_them(direct: Live, papers: Papers) -> None:
    with papers.http(direct.issuer) as http:
        for client_id, outcome in (("by-uri", (200, "")), ("not-allowed", REFUSED)):
            now = int(time.time())
            claims = {"iss": client_id, "sub": client_id, "aud": direct.issuer, "exp": now + 60, "iat": now, "jti": new_id()}
            answer = own_name(http, client_id, client_assertion=signed(claims), client_assertion_type=ASSERTION)
            assert told(answer) == outcome, client_id


def test_behind_nginx_a_certificate_is_judged_by_us(papers: Papers, fronted: str) -> None:
    for name, client_id, outcome in (
        ("antrean", "by-subject", (200, "")),
        ("forged", "by-subject", REFUSED),
        ("other", "by-subject", REFUSED),
        ("own", "by-itself", (200, "")),
        ("another-own", "by-itself", REFUSED),
        ("antrean", "by-itself", REFUSED),
        ("own", "by-subject", REFUSED),
        ("", "by-subject", REFUSED),
    ):
        with papers.http(fronted, name) as http:
            assert told(own_name(http, client_id)) == outcome, (name, client_id)


def test_tk_31_behind_nginx_a_header_of_the_client_is_replaced(papers: Papers, fronted: str) -> None:
    pem = (papers.folder / "antrean.pem").read_text().replace("\n", "%0A")
    with papers.http(fronted) as http:
        forged = http.post("/token", data={"grant_type": "client_credentials", "client_id": "by-subject"}, headers={"X-Client-Cert": pem})
        assert told(forged) == REFUSED


def test_a_self_signed_client_keeps_its_token_to_itself(papers: Papers, fronted: str) -> None:
    with papers.http(fronted, "own") as http, papers.http(fronted, "another-own") as thief:
        head = {"authorization": f"Bearer {own_name(http, 'by-itself').json()['access_token']}"}
        assert told(http.get("/userinfo", headers=head)) == (403, "insufficient_scope")
        assert told(thief.get("/userinfo", headers=head)) == (401, "invalid_token")
