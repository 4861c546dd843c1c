"""`gapura ldap`: the directory for systems that know nothing else."""

from __future__ import annotations

import os
import sys

import typer

from hub.cli import Config, settings_or_exit
from hub.settings import CONFIG_VARIABLE

app = typer.Typer(help="The directory for older systems that only know LDAP, read-only", invoke_without_command=True)

PROCESS = (sys.executable, "-OO", "-m", "hub.directory.run")


@app.callback()
def ldap(config: Config = None) -> None:
    """Answer binds and searches until stopped."""
    settings_or_exit(config)
    environment = dict(os.environ)
    if config is not None:
        environment[CONFIG_VARIABLE] = str(config.absolute())
    os.execve(sys.executable, list(PROCESS), environment)  # noqa: S606 -- no shell
