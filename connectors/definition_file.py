"""Definitions as text and back: YAML without its surprises, so that two programs read the same.

No anchors or aliases (a kilobyte of them can stand for a gigabyte), no name twice in one mapping, no dates or times read out of plain
words, numbers and truth values only as JSON knows them. JSON is read too: it is YAML. Written text always has the same order.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from connectors.about import Text, both
from connectors.complaints import in_words
from connectors.definition import Definition
from connectors.errors import ConnectorError

if TYPE_CHECKING:
    import yaml

MOST_TEXT = 131_072
MOST_DEEP = 20
WIDTH = 1_000_000  # a long line is not folded: a fold would be a difference that means nothing


# What is wrong with a text, in Indonesian; of what the library says beyond that, only that it cannot be read.
FAULTS: Mapping[str, str] = {
    f"must be at most {MOST_TEXT} characters": f"paling panjang {MOST_TEXT} huruf",
    f"must be at most {MOST_DEEP} levels deep": f"paling dalam {MOST_DEEP} tingkat",
    "a name must be text": "nama harus teks",
    "a text holds half of a character": "ada teks dengan separuh huruf",
    "a number is too large": "ada angka yang terlalu besar",
    "a name stands twice": "satu nama ditulis dua kali",
    "anchors and aliases are not read": "jangkar dan alias YAML tidak dibaca",
    "tags are not read": "tag YAML tidak dibaca",
}
UNREADABLE = "Tidak terbaca sebagai YAML. Periksa spasi di awal baris dan tanda titik dua."


class BadFile(ConnectorError):
    """A file that is no definition. `field` is a field's name, or `line 3`; `code` is stable; `text` says what to do, in both languages,
    and quotes no value."""

    def __init__(self, field: str, code: str, text: Text) -> None:
        super().__init__(f"{field}: {text['en']}")
        self.field = field
        self.code = code
        self.text = text


def text_of(definition: Definition) -> str:
    """Return the definition as YAML; the same definition is always the same text."""
    import yaml

    return yaml.dump(definition.plain(), Dumper=_dumper(), sort_keys=False, allow_unicode=True, default_flow_style=False, width=WIDTH)


def read_text(text: str) -> Definition:
    """Return what the text says; raise BadFile. What is missing or wrong in it is for the checks, what cannot be a definition is not."""
    data = _data_of(text)
    try:
        return Definition.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "line 1"
        raise BadFile(where, str(first["type"]), in_words(first)) from None


def _told(reason: str) -> Text:
    known = FAULTS.get(reason)
    return both(f"Perbaiki: {known}." if known else UNREADABLE, f"Fix this: {reason}.")


def _data_of(text: str) -> Any:
    import yaml

    if len(text) > MOST_TEXT:
        raise BadFile("line 1", "too_long", _told(f"must be at most {MOST_TEXT} characters"))
    try:
        loader = _loader()(text)
        try:
            return _plain(loader.get_single_data())
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        raise BadFile(f"line {line}", "malformed", _told(str(error.problem or "cannot be read")[:120])) from None
    except yaml.YAMLError:
        raise BadFile("line 1", "malformed", _told("cannot be read")) from None
    except RecursionError:
        raise BadFile("line 1", "malformed", _told(f"must be at most {MOST_DEEP} levels deep")) from None


def _plain(value: Any, depth: int = 0) -> Any:
    if depth > MOST_DEEP:
        raise BadFile("line 1", "malformed", _told(f"must be at most {MOST_DEEP} levels deep"))
    if isinstance(value, dict):
        if not all(isinstance(name, str) for name in value):
            raise BadFile("line 1", "malformed", _told("a name must be text"))
        return {_plain(name): _plain(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, str) and any("\ud800" <= c <= "\udfff" for c in value):
        raise BadFile("line 1", "malformed", _told("a text holds half of a character"))
    if isinstance(value, float) and not math.isfinite(value):
        raise BadFile("line 1", "malformed", _told("a number is too large"))
    return [_plain(inner, depth + 1) for inner in value] if isinstance(value, list) else value


def _loader() -> type[yaml.SafeLoader]:
    import re

    import yaml

    class Strict(yaml.SafeLoader):
        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 -- an own table, as the library has it

        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.peek_event()  # type: ignore[no-untyped-call]
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise yaml.MarkedYAMLError(problem="anchors and aliases are not read", problem_mark=event.start_mark)
            if (tag := getattr(event, "tag", None)) and tag != "!":
                raise yaml.MarkedYAMLError(problem="tags are not read", problem_mark=event.start_mark)
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            names = [str(key.value) for key, _ in node.value]
            if len(set(names)) != len(names):
                raise yaml.MarkedYAMLError(problem="a name stands twice", problem_mark=node.start_mark)
            return super().construct_mapping(node, deep)

    for tag, pattern, firsts in (
        ("bool", r"true|false", "tf"),
        ("null", r"null|~|", "n~\0"),
        ("int", r"-?(0|[1-9][0-9]{0,17})", "-0123456789"),
        ("float", r"-?(0|[1-9][0-9]{0,17})\.[0-9]+([eE][-+][0-9]{1,3})?", "-0123456789"),
    ):
        Strict.add_implicit_resolver(
            f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(firsts.replace("\0", "")) + [""] * ("\0" in firsts)
        )
    return Strict


def _dumper() -> type[yaml.SafeDumper]:
    import yaml

    class Steady(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
            return super().increase_indent(flow, False)

    def text(dumper: yaml.SafeDumper, value: str) -> Any:
        odd = not all(c == "\n" or c.isprintable() for c in value)
        style = '"' if odd else "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Steady.add_representer(str, text)
    return Steady
