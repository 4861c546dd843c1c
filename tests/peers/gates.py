"""Apache, Caddy and Traefik before an older application, each with what the console says to put there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from connectors.apps.forward_auth import apache as written_for_apache
from connectors.apps.forward_auth.kind import ForwardAuth
from connectors.apps.forward_auth.settings import ForwardAuthSettings
from tests.peers.programs import HERE, MODULES, program, running
from tests.servers import free_port, missing


def _said(settings: dict[str, Any], gapura: str, upstream: int) -> str:
    own = ForwardAuthSettings.model_validate({**settings, "upstream": f"http://127.0.0.1:{upstream}"})
    return ForwardAuth().proxy_configuration(own, gapura)


@contextmanager
def caddy(folder: Path, port: int, gapura: str, settings: dict[str, Any], upstream: int) -> Iterator[None]:
    folder.mkdir()
    file = folder / "Caddyfile"
    file.write_text("{\n    admin off\n    auto_https off\n}\n" + _said(settings, gapura, upstream))
    with running([program("caddy"), "run", "--config", str(file)], port, folder, {"HOME": str(folder), "XDG_DATA_HOME": str(folder)}):
        yield


@contextmanager
def traefik(folder: Path, port: int, gapura: str, settings: dict[str, Any], upstream: int) -> Iterator[None]:
    folder.mkdir()
    file = folder / "rsud.yaml"
    file.write_text(_said(settings, gapura, upstream))
    beside = Path(sys.executable).with_name("traefik")  # it comes as a wheel
    command = str(beside) if beside.exists() else program("traefik")
    static = (f"--entryPoints.web.address=127.0.0.1:{port}", f"--providers.file.filename={file}", "--log.level=WARN")
    quiet = ("--global.checkNewVersion=false", "--global.sendAnonymousUsage=false")
    with running([command, *static, *quiet], port, folder):
        yield


@contextmanager
def apache(folder: Path, port: int, gapura: str, settings: dict[str, Any], upstream: int) -> Iterator[None]:
    """The two files of the snippet where they are put; only the loopback port differs, because every test has its own."""
    for module in (MODULES / "mod_lua.so", Path("/usr/share/lua/5.3/socket.lua")):
        if not module.exists():
            missing(str(module))
    folder.mkdir()
    loopback = f"127.0.0.1:{free_port()}"
    script, _, site = _said(settings, gapura, upstream).partition(f"# {written_for_apache.SITE_FILE}\n")
    own, port_of = written_for_apache.LOOPBACK.split(":")
    assert script.count(f'"{own}", {port_of}') == 1
    (folder / "gerbang.lua").write_text(script.replace(f'"{own}", {port_of}', f'"{own}", {loopback.partition(":")[2]}'))
    site = site.replace(written_for_apache.LOOPBACK, loopback).replace(written_for_apache.SCRIPT_FILE, str(folder / "gerbang.lua"))
    text = (HERE / "gate_apache.conf").read_text()
    for name, value in {"PORT": port, "FOLDER": folder, "MODULES": MODULES, "SNIPPET": site}.items():
        text = text.replace(f"@{name}@", str(value))
    (folder / "apache.conf").write_text(text)
    with running([program("apache2"), "-f", str(folder / "apache.conf"), "-DFOREGROUND"], port, folder):
        yield


GATES: dict[str, Callable[[Path, int, str, dict[str, Any], int], AbstractContextManager[None]]] = {
    "apache": apache,
    "caddy": caddy,
    "traefik": traefik,
}
