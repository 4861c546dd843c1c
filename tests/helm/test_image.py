"""The image of the chart: what the Dockerfile copies is there and enough, what it installs is pinned, and it runs as the chart says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COPIES = [line.split()[1:] for line in DOCKERFILE.splitlines() if line.startswith("COPY ")]
SOURCES = [source for copy in COPIES for source in copy[:-1]]


def test_what_is_copied_exists_and_docker_is_sent_it() -> None:
    assert [source for source in SOURCES if not (ROOT / source).exists()] == []
    sent = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(SOURCES) == sent
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*", "everything else stays here"


def test_what_is_copied_is_enough_to_run(tmp_path: Path) -> None:
    for source in SOURCES:
        target = tmp_path / source
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, target)
    code = "import hub.worker, hub.cli, hub.storage.sql.migrate, hub.storage.expiring.redis, asyncpg; print(hub.worker.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-OO", "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.returncode, Path(done.stdout.strip()).parent) == (0, tmp_path / "hub"), done.stderr


def test_what_is_installed_is_pinned_by_hash_and_drives_both_editions() -> None:
    installs = re.findall(r"pip install[^\n&]*", DOCKERFILE)
    assert [one for one in installs if "--require-hashes -r requirements/image.txt" not in one and "--no-deps" not in one] == []
    assert "--index" not in DOCKERFILE and "://" not in DOCKERFILE
    lock = (ROOT / "requirements" / "image.txt").read_text()
    pins = dict(re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)", lock, re.M))
    assert lock.count("--hash=sha256:") >= len(pins) > 20 and "://" not in lock
    assert {"asyncpg", "redis", "hiredis", "setuptools"} <= pins.keys()
    run = dict(re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)", (ROOT / "requirements" / "run.txt").read_text(), re.M))
    assert {name: version for name, version in run.items() if pins.get(name) != version} == {}


def test_it_runs_as_the_user_of_the_chart_and_under_its_name() -> None:
    values = yaml.safe_load((ROOT / "helm" / "gapura" / "values.yaml").read_text())
    context = values["podSecurityContext"]
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.M) == [f"{context['runAsUser']}:{context['runAsGroup']}"]
    assert f"docker build -t {values['image']['repository']} ." in DOCKERFILE
    assert "docker build -t gapura ." in (ROOT / "README.md").read_text()
