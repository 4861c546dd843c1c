"""The programs as a regency would run them, each in a folder of its own on a free port, in the foreground, stopped by its own id."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from connectors.apps.forward_auth.kind import ForwardAuth
from connectors.apps.forward_auth.settings import ForwardAuthSettings
from connectors.apps.forward_auth.snippets import INSIDE
from tests.servers import missing

HERE = Path(__file__).parent
Server = TypeVar("Server", bound=http.server.ThreadingHTTPServer)
MODULES = Path("/usr/lib/apache2/modules")


def program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        missing(name)
    return str(found)


@contextmanager
def running(command: list[str], port: int, folder: Path, environment: dict[str, str] | None = None) -> Iterator[None]:
    """Run the program until the block ends; it is ready when it listens."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, env={**os.environ, **(environment or {})}, start_new_session=True
        )
        try:
            end = time.monotonic() + 20
            while not _listens(port):
                if process.poll() is not None or time.monotonic() > end:
                    raise AssertionError(f"{command[0]} did not start: {(folder / 'log').read_text()[-1000:]}")
                time.sleep(0.05)
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)  # its workers too: PHP's own outlive their parent
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Older(http.server.BaseHTTPRequestHandler):
    """An application that says, as a page, which headers it got."""

    def do_GET(self) -> None:
        text = json.dumps({"path": self.path, "headers": [[name.lower(), value] for name, value in self.headers.items()]})
        body = f"<!doctype html><title>Lama</title><pre>{text.replace('<', '&lt;')}</pre>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Answer in a thread until the block ends."""
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def older_application() -> Iterator[int]:
    """An older application on a free loopback port."""
    with serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Older)) as server:
        yield int(server.server_address[1])


@contextmanager
def nginx(folder: Path, port: int, gapura: str, settings: dict[str, Any], upstream: int) -> Iterator[None]:
    """nginx before an older application, with what the console says to put there."""
    own = ForwardAuthSettings.model_validate({**settings, "upstream": f"http://127.0.0.1:{upstream}"})
    with nginx_with(folder, port, ForwardAuth().proxy_configuration(own, gapura)):
        yield


@contextmanager
def nginx_with(folder: Path, port: int, snippet: str) -> Iterator[None]:
    """nginx with these lines in its server block, and beside it what stands before `INSIDE`."""
    folder.mkdir()
    outside, _, inside = snippet.rpartition(INSIDE)
    text = (HERE / "nginx.conf").read_text()
    for name, value in {"PORT": str(port), "FOLDER": str(folder), "OUTSIDE": outside, "SNIPPET": inside}.items():
        text = text.replace(f"@{name}@", value)
    (folder / "nginx.conf").write_text(text)
    command = [program("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log"), "-g", "daemon off;"]
    with running(command, port, folder):
        yield


@contextmanager
def apache(folder: Path, port: int, issuer: str, upstream: int, secret: str) -> Iterator[None]:
    """Apache with Debian's mod_auth_openidc as a relying party, before a page that shows what it was given."""
    if not (MODULES / "mod_auth_openidc.so").exists():
        missing("mod_auth_openidc")
    folder.mkdir()
    text = (HERE / "apache.conf").read_text()
    values = {"PORT": port, "ISSUER": issuer, "UPSTREAM": upstream, "SECRET": secret, "FOLDER": folder, "MODULES": MODULES}
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    (folder / "apache.conf").write_text(text)
    with running([program("apache2"), "-f", str(folder / "apache.conf"), "-DFOREGROUND"], port, folder):
        yield


@contextmanager
def node(folder: Path, port: int, issuer: str, client: str, secret: str, scope: str) -> Iterator[None]:
    """A small Node application with openid-client as a relying party."""
    if not (HERE / "node" / "node_modules" / "openid-client").is_dir():
        missing("openid-client (npm ci in tests/peers/node)")
    folder.mkdir()
    environment = {"PORT": str(port), "ISSUER": issuer, "CLIENT_ID": client, "CLIENT_SECRET": secret, "SCOPE": scope}
    with running([program("node"), str(HERE / "node" / "party.js")], port, folder, environment):
        yield
