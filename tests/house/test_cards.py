"""A room card is true: its routes are the room's routes, its imports the room's imports, and its first files exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grimp
import pytest
from starlette.routing import BaseRoute, Mount, Route

from connectors.registry import FRONT_DOORS
from tests.house.rooms import HEADS, ROOMS, ROOT, card
from tests.site import Site


@pytest.mark.parametrize("room", ROOMS)
def test_the_card_has_its_five_parts_in_few_lines(room: str) -> None:
    found = card(room)
    assert tuple(found.parts) == HEADS
    assert 5 <= found.lines <= 12


@pytest.mark.parametrize("room", ROOMS)
def test_the_first_files_of_the_card_exist(room: str) -> None:
    paths = card(room).start_at
    assert paths and [str(path) for path in paths if not path.exists()] == []


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*ROOMS, cache_dir=None)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_what_its_card_allows(room: str, graph: grimp.ImportGraph) -> None:
    used = set()
    for module in {room} | graph.find_descendants(room):
        used |= {other.split(".")[0] for other in graph.find_modules_directly_imported_by(module)} & set(ROOMS)
    assert used - {room} <= card(room).may_use


def _flat(routes: list[BaseRoute], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for route in routes:
        if isinstance(route, Mount):
            yield from _flat(list(route.routes or []), prefix + route.path)
        elif isinstance(route, Route):
            yield prefix + route.path, route.endpoint


def _room_of(endpoint: Any) -> str:
    while hasattr(endpoint, "func"):
        endpoint = endpoint.func
    owner = type(endpoint.__self__) if hasattr(endpoint, "__self__") else endpoint
    return str(owner.__module__).split(".")[0]


def _matches(path: str, served: str) -> bool:
    if served.endswith("/*"):
        return path == served[:-2] or path.startswith(served[:-1])
    return path == served or (served != "/" and path.startswith(served + "/"))


OF_KINDS = {endpoint.path for kind in FRONT_DOORS.values() for endpoint in kind.endpoints}  # named by kinds, mounted by idp


async def test_every_route_stands_on_the_card_of_its_room_and_every_card_keeps_its_word(site: Site) -> None:
    served: dict[str, list[str]] = {room: [] for room in ROOMS}
    for path, endpoint in _flat([*site.house.hot_routes, *site.house.routes]):
        room = _room_of(endpoint)
        if room in served and path not in OF_KINDS:
            served[room].append(path)
    assert served["idp"] and served["portal"] and served["admin"]
    strangers = {r: [p for p in paths if not any(_matches(p, s) for s in card(r).serves)] for r, paths in served.items()}
    assert {room: paths for room, paths in strangers.items() if paths} == {}
    empty = {room: [s for s in card(room).serves if not any(_matches(p, s) for p in served[room])] for room in ROOMS}
    assert {room: words for room, words in empty.items() if words} == {}


@pytest.mark.parametrize("name", sorted(FRONT_DOORS))
def test_every_path_of_a_kind_stands_below_its_own_prefix_and_on_its_page(name: str) -> None:
    kind = FRONT_DOORS[name]
    page = (ROOT / "docs" / kind.docs).read_text()
    prefixes = {endpoint.path.split("/")[1] for endpoint in kind.endpoints}
    assert len(prefixes) == 1
    others = {one.path.split("/")[1] for other in FRONT_DOORS.values() if other is not kind for one in other.endpoints}
    assert not prefixes & others
    assert f"/{prefixes.pop()}" in page


def test_the_arrows_hold() -> None:
    from importlinter.cli import lint_imports

    assert lint_imports(no_cache=True, cache_dir=None) == 0
