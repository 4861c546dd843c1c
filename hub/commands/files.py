"""`gapura plan`, `apply`, `export`, `drift`, `try` and `probe`: connectors as files, the same actions as console and API."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from admin.actions.all import Actions
from admin.actions.change_set import Plan
from admin.actions.drafting import read_definition
from admin.actions.picture import Preview, Wanted
from admin.api import connector_models as m
from admin.operator import LOCAL
from connectors.definition import Definition
from connectors.probe import Report
from hub.commands.desk import AsJson, Config, check_test_person, run, show

Directory = Annotated[Path, typer.Argument(help="Directory with one file for each connector", exists=True, file_okay=False)]
SUFFIXES = (".yaml", ".yml", ".json")
CHANGES = 2  # what `plan` and `drift` end with when there is something to do
PLANNED = ("action", "connector", "field", "before", "after", "effect", "danger")


def plan(directory: Directory, config: Config = None, as_json: AsJson = False) -> None:
    """Show what `apply` would change. Ends with 0 for nothing, 2 for changes, 1 for files that cannot be taken. Writes nothing."""
    files = read_directory(directory)
    found = run(config, lambda actions: actions.change_sets.plan(LOCAL, files), read_only=True)
    show_plan(found, as_json)
    raise typer.Exit(CHANGES if found.changes else 0)


def drift(directory: Directory, config: Config = None, as_json: AsJson = False) -> None:
    """Show where what stands differs from the files: what `apply` would bring back. Ends like `plan`; a missing file counts too."""
    files = read_directory(directory)
    found = run(config, lambda actions: actions.change_sets.plan(LOCAL, files), read_only=True)
    show_plan(found, as_json)
    raise typer.Exit(CHANGES if found.changes or found.without_file else 0)


def apply(
    directory: Directory,
    reason: Annotated[str, typer.Option("--reason", help="Why; needed for what is dangerous, kept with the revision")] = "",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Make the files true: all of them, or none."""
    files = read_directory(directory)
    done, published = run(config, lambda actions: actions.change_sets.apply(LOCAL, files, reason=reason))
    if as_json:
        rows = [{"connector": one.connector, "revision": one.revision, "new_application": one.new_application} for one in published]
        typer.echo(json.dumps({**m.plan(done).model_dump(), "published": rows}, ensure_ascii=False, indent=2))
        return
    show_plan(done, as_json)
    for one in published:
        typer.echo(f"published  {one.connector}  revision {one.revision}")


def export(
    directory: Annotated[Path, typer.Argument(help="Directory to write to; it is made when it does not exist")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Write one file for each connector, secrets as references. Written again it is the same, byte for byte."""
    files = run(config, lambda actions: actions.change_sets.export(LOCAL), read_only=True)
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8", newline="\n")
    show([{"file": name} for name in sorted(files)], ("file",), as_json)


def try_out(
    what: Annotated[str, typer.Argument(help="A file, or the id of a connector or application")],
    person: Annotated[str, typer.Option("--as", help="A test person")],
    answer: Annotated[str, typer.Option(help="all, required or none")] = "all",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show what the older system would receive about a test person: exactly what a sign-in would give, good for nothing."""
    definition = read_definition_file(Path(what)) if Path(what).suffix in SUFFIXES else None

    async def work(actions: Actions) -> Preview:
        await check_test_person(actions, person)
        if definition is not None:
            return await actions.lifecycle.attempt_definition(LOCAL, definition, person, answer=answer)
        connector = actions.desk.registry.now.connectors.get(what)
        if connector is None:
            return await actions.previews.run(LOCAL, Wanted(what, person, answer=answer))
        stands = await actions.lifecycle.definition(LOCAL, what)
        return await actions.lifecycle.attempt_definition(LOCAL, stands, person, answer=answer)

    seen = run(config, work)
    if as_json:
        typer.echo(json.dumps(seen.model_dump(), ensure_ascii=False, indent=2))
        return
    typer.echo(f"outcome  {seen.outcome}")
    for row in (*seen.id_token, *seen.userinfo, *seen.access_token, *seen.headers):
        typer.echo(f"{row.name:24} {row.value if row.sent else '(not sent)':40} {row.origin.get('en', '')}")
    for note in seen.notes:
        typer.echo(f"note     {note['en']}")
    for one in seen.exhibits:
        typer.echo(f"\n--- {one.title} ({one.media_type})\n{one.text}")


def probe(connector: str, config: Config = None, as_json: AsJson = False) -> None:
    """Try the connection step by step: name, port, TLS, sign-in, sample; each with its time and the fix. Ends with 1 when one failed."""
    report: Report = run(config, lambda actions: actions.lifecycle.probe(LOCAL, connector))
    if as_json:
        typer.echo(json.dumps(m.report(report).model_dump(), ensure_ascii=False, indent=2))
    else:
        typer.echo(f"target  {report.target or '–'}")
        for step in report.steps:
            typer.echo(f"{step.name:7} {step.state:8} {step.milliseconds:5} ms  {step.text.get('en', '')}")
            if step.fix:
                typer.echo(f"        → {step.fix['en']}")
    raise typer.Exit(1 if any(step.state == "failed" for step in report.steps) else 0)


def read_directory(directory: Path) -> dict[str, str]:
    """Return the definitions in a directory by file name; every other file is left alone."""
    return {path.name: _text(path) for path in sorted(directory.iterdir()) if path.is_file() and path.suffix in SUFFIXES}


def read_definition_file(path: Path) -> Definition:
    return read_definition(_text(path))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise typer.BadParameter(f"{path}: cannot be read") from None


def show_plan(found: Plan, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(m.plan(found).model_dump(), ensure_ascii=False, indent=2))
        return
    show(list(_lines(found)), PLANNED, False)
    for name in found.without_file:
        typer.echo(f"{name}: managed by files, but has no file here; left as it is")


def _lines(found: Plan) -> Iterable[dict[str, Any]]:
    for item in found.items:
        if item.action == "same":
            yield {"action": "same", "connector": item.connector}
        for one in item.changes:
            told = {"field": one.field, "before": one.before, "after": one.after, "effect": one.effect["en"], "danger": one.danger}
            yield {"action": item.action, "connector": item.connector, **told}
