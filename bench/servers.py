"""Starts what is measured: Gapura with one worker, the peer, and a Redis for each; all of them on core 0, Redis where it likes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from bench.baseline import PATH
from connectors.apps.forward_auth.snippets import INSIDE

PEER = Path(__file__).parent / "peers"
ROOT = Path(__file__).parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], environment: dict[str, str], log: Path, cwd: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as out:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=out, stderr=out, cwd=cwd)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(400):
        try:
            if httpx.get(url, timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"{url} did not answer:\n{log.read_text()[-2000:]}")


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A Redis of one's own; yields its URL."""
    port = free_port()
    command = [str(shutil.which("redis-server")), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with running(command, {}, folder / "redis.log") as process:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                raise RuntimeError("redis-server did not start")
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def gapura(folder: Path, redis_url: str, root: Path = ROOT, more: Mapping[str, str] | None = None) -> Iterator[tuple[str, psutil.Process]]:
    """Gapura of the checkout `root` on a fresh store; yields the issuer and its worker process."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    environment = {
        "GAPURA_ENVIRONMENT": "development",
        "GAPURA_ISSUER": issuer,
        "GAPURA_SERVER__PORT": str(port),
        "GAPURA_STORAGE__DATA_DIR": str(folder / "data"),
        "GAPURA_LOG_LEVEL": "WARNING",
        "GAPURA_IDP__ACCESS_TOKEN_SECONDS": "900",
        **({"GAPURA_STORAGE__EXPIRING_URL": redis_url} if redis_url else {}),
        **(more or {}),
    }
    environment["PYTHONPATH"] = str(root)
    subprocess.run([sys.executable, "-m", "bench.seed"], env={**os.environ, **environment}, cwd=root, check=True)
    command = ["taskset", "-c", "0", sys.executable, "-m", "hub.cli", "serve"]
    log = folder / "gapura.log"
    with running(command, environment, log, root) as process:
        _wait(issuer + "/readyz", process, log)
        yield issuer, psutil.Process(process.pid)  # with one worker, the worker


@contextmanager
def peer(folder: Path, redis_url: str) -> Iterator[str]:
    """The peer; yields its issuer."""
    if not (PEER / "node_modules" / "oidc-provider").exists():
        subprocess.run(["npm", "ci", "--no-fund", "--no-audit", "--loglevel=error"], cwd=PEER, check=True)
    port = free_port()
    environment = {"NODE_ENV": "production", "ALG": "ES256", "PORT": str(port), "STORE": "redis" if redis_url else "memory"}
    environment["REDIS_URL"] = redis_url
    log = folder / "peer.log"
    with running(["taskset", "-c", "0", "node", "oidc-provider.mjs"], environment, log, PEER) as process:
        issuer = f"http://127.0.0.1:{port}"
        _wait(issuer + "/.well-known/openid-configuration", process, log)
        yield issuer


@contextmanager
def empty_handler(folder: Path, redis_url: str) -> Iterator[str]:
    """The empty handler of bench.baseline; yields its address."""
    port = free_port()
    command = ["taskset", "-c", "0", sys.executable, "-m", "bench.baseline", str(port), redis_url]
    log = folder / "baseline.log"
    with running(command, {}, log, ROOT) as process:
        _wait(f"http://127.0.0.1:{port}{PATH}", process, log)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def nginx(folder: Path, port: int, site: str, application: int) -> Iterator[None]:
    """nginx on core 1 with this beside and inside its server block, and behind it an application that answers which address it was told."""
    temporary = "".join(f"    {name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    behind = f"    server {{ listen 127.0.0.1:{application}; location / {{ return 200 $http_x_bench_surel; }} }}\n"
    outside, _, site = site.partition(INSIDE)
    before = f"{outside}    server {{\n listen 127.0.0.1:{port};\n keepalive_requests 1000000;\n{site}\n }}\n"
    head = f"worker_processes 1;\npid {folder}/nginx.pid;\nevents {{ worker_connections 512; }}\n"
    configuration = folder / "nginx.conf"
    configuration.write_text(f"{head}http {{\n    access_log off;\n{temporary}{behind}{before}}}\n")
    command = [
        "taskset",
        "-c",
        "1",
        "nginx",
        "-p",
        str(folder),
        "-c",
        str(configuration),
        "-e",
        str(folder / "nginx.log"),
        "-g",
        "daemon off;",
    ]
    with running(command, {"PATH": f"{os.environ['PATH']}:/usr/sbin"}, folder / "nginx.out") as process:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                raise RuntimeError(f"nginx did not start: {(folder / 'nginx.log').read_text()[-1000:]}")
            time.sleep(0.05)
        yield
