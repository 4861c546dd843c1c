"""How a command runs: open everything, call an action as the local operator, print a table or JSON, say what was refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from admin.actions.all import Actions
from admin.errors import AdminError, Invalid
from admin.operator import LOCAL
from hub.resources import open_resources
from hub.settings import Settings, SettingsError, load
from hub.wiring import build_house

T = TypeVar("T")
MOMENTS = ("at", "until", "created_at", "changed_at", "expires_at", "revoked_at")  # columns of tables; JSON has the seconds

Config = Annotated[Path | None, typer.Option("--config", "-c", help="TOML file with the settings (default: $GAPURA_CONFIG)")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON")]
Why = Annotated[str, typer.Option("--reason", help="Why; kept in the audit")]


def new_app(text: str) -> typer.Typer:
    return typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=text)


def run(config: Path | None, work: Callable[[Actions], Awaitable[T]], *, read_only: bool = False) -> T:
    """Return what the action returned; end with 2 for settings that cannot be used, with 1 for what was refused. `read_only`: on a
    database that refuses every write (PB-7)."""
    try:
        return asyncio.run(_inside(load(config), work, read_only))
    except SettingsError as error:
        typer.echo(f"gapura: {error}", err=True)
        raise typer.Exit(2) from None
    except Invalid as error:
        for problem in error.problems:
            typer.echo(f"gapura: {problem.field}: {problem.text['en']}", err=True)
        raise typer.Exit(1) from None
    except AdminError as error:
        typer.echo(f"gapura: {error.code}: {error.text['en']}", err=True)
        raise typer.Exit(1) from None


async def _inside(settings: Settings, work: Callable[[Actions], Awaitable[T]], read_only: bool) -> T:
    async with open_resources(settings, read_only=read_only) as resources:
        house = await build_house(resources)
        try:
            await house.reload()
            return await work(house.admin.actions)
        finally:
            await house.flush()


async def check_test_person(actions: Actions, person: str) -> None:
    """Refuse a test person that there is none of, and name those that there are."""
    known = [one.id for one in await actions.previews.personas(LOCAL)]
    if person not in known:
        raise typer.BadParameter(f"no such test person; there are: {', '.join(known)}", param_hint="--as")


def show(rows: Sequence[Mapping[str, Any]], columns: Iterable[str], as_json: bool) -> None:
    """Print rows as a table of the columns, or whole as JSON."""
    if as_json:
        typer.echo(json.dumps(list(rows), ensure_ascii=False, indent=2))
        return
    names = list(columns)
    cells = [[_moment(row.get(name)) if name in MOMENTS else _cell(row.get(name)) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[n]) for line in cells)) if cells else len(name) for n, name in enumerate(names)]
    for line in [names, *cells]:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def show_one(row: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(dict(row), ensure_ascii=False, indent=2))
        return
    width = max(len(name) for name in row)
    for name, value in row.items():
        typer.echo(f"{name.ljust(width)}  {_cell(value, lines=True)}")


def _moment(value: Any) -> str:
    """Return seconds UTC as a person reads them; nothing for 0, which is no moment."""
    return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M UTC") if isinstance(value, int) and value else _cell(value or "")


def _cell(value: Any, *, lines: bool = False) -> str:
    """Return a value as a terminal may show it: what somebody typed moves no cursor and, but for `lines`, begins no line of its own."""
    if isinstance(value, Mapping):
        return _cell(value.get("id", json.dumps(dict(value), ensure_ascii=False)), lines=lines)
    if isinstance(value, (list, tuple)):
        return " ".join(_cell(one) for one in value)
    shown = "–" if value in (None, "") else str(value)
    shown = shown if lines else shown.replace("\n", " ")
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in shown)
