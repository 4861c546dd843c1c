"""What `make run` installs is enough to run: nothing that a worker or the demonstration imports comes from the tools of the tests alone."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEMO = ("hub.demo.run", "hub.demo.party", "hub.demo.older", "hub.demo.proxy", "hub.demo.systems.__main__", "hub.demo.systems.saml")
PROGRAMS = ("hub.worker", "hub.cli", "hub.bridge.run", *DEMO, "hub.storage.expiring.redis")
OPTIONAL = {"opentelemetry-api", "opentelemetry-sdk", "rich"}  # imported by libraries where they are there, and not missed where not
OURS = {"gapura"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_everything_that_is_imported_is_in_the_lock_of_make_run() -> None:
    code = f"import {', '.join(PROGRAMS)}, sqlalchemy.ext.asyncio, sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    owners = packages_distributions()
    used = {canonical(owner) for name in done.stdout.split() for owner in owners.get(name, ())}
    locked = {canonical(line.partition("==")[0]) for line in (ROOT / "requirements/run.txt").read_text().splitlines() if "==" in line}
    assert "greenlet" in used, "imported by SQLAlchemy only where it is asked for"
    assert used - locked - OPTIONAL - OURS == set()
