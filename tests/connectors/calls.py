"""Connectors to older APIs for tests, without a server: settings, secrets, a moment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from connectors.calls import Failure, Incoming, OutboundRequest, Reply, Response
from connectors.contract import Connector, Secret
from connectors.registry import build

NOW = 1_795_500_000  # 24 November 2026, 14.40 WIB
HOST = "gapura.example.id"


def connector(kind: str, settings: dict[str, Any], **secrets: str) -> Connector:
    """Return a connector of the kind; `__` in the name of a secret stands for a dot."""
    kept = {name.replace("__", "."): (Secret(value),) for name, value in secrets.items()}
    return build(kind=kind, connector_id=kind.replace("_", "-"), application="lama", settings=settings, secrets=kept)


def answered(body: Any, status: int = 200, media_type: str = "application/json", **headers: str) -> Response:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return Response(status, {"content-type": media_type, **{k.replace("_", "-"): v for k, v in headers.items()}}, raw)


def sent(prepared: OutboundRequest | Failure) -> OutboundRequest:
    assert isinstance(prepared, OutboundRequest), prepared
    return prepared


def content(outcome: Reply | Failure) -> Any:
    assert isinstance(outcome, Reply), outcome
    return orjson.loads(outcome.body)


def failed(outcome: Reply | Failure) -> Failure:
    assert isinstance(outcome, Failure), outcome
    return outcome


def came(method: str = "GET", path: str = "/", **changes: Any) -> Incoming:
    full = changes.pop("full_path", f"/panggil/lama{path}")
    return replace(Incoming(method, HOST, HOST, full, path, peer="192.0.2.10", now=NOW), **changes)
