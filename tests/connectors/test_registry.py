"""Settings are checked by their kind when they are read: the operator is told the field."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.builtin import KINDS
from connectors.contract import Capability
from connectors.errors import BadMapping, BadSettings, UnknownKind
from connectors.registry import build, kind_of

GOOD: dict[str, Any] = {"base_url": "https://lama.example.id", "headers": [{"claim": "nik", "field": "X-Nik", "transform": "none"}]}


def made(**changes: Any) -> Any:
    return build(kind="forward_auth", connector_id="lama", application="lama", settings={**GOOD, **changes})


def test_a_row_becomes_a_connector() -> None:
    connector = made()
    assert (connector.id, connector.application, connector.kind, connector.enabled) == ("lama", "lama", "forward_auth", True)
    assert kind_of(connector.kind).emits(connector.settings) == {"nik"}


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(UnknownKind, match="telepathy"):
        build(kind="telepathy", connector_id="lama", application="lama", settings=GOOD)


def test_a_bad_mapping_names_the_place() -> None:
    with pytest.raises(BadMapping) as refused:
        made(headers=[GOOD["headers"][0], {"claim": "name", "field": "X-Nama", "transform": "shout"}])
    assert refused.value.field == "headers.1.transform"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", "http://lama.example.id"),
        ("base_url", "https://lama.example.id/app"),
        ("base_url", "https://lama.example.id?x"),
        ("base_url", "https://user@lama.example.id"),
        ("base_url", "javascript://lama"),
        ("open_paths", ["terbuka"]),
        ("open_paths", ["/a/../b"]),
        ("open_paths", ["/a%2fb"]),
        ("start_path", "//evil.example"),
        ("passwords", "1"),
    ],
)
def test_bad_settings_name_the_field(field: str, value: Any) -> None:
    with pytest.raises(BadSettings) as refused:
        made(**{field: value})
    assert refused.value.field == field
    assert not isinstance(refused.value, BadMapping)


@pytest.mark.parametrize("base_url", ["https://lama.example.id:8443", "http://localhost:8101", "http://lama.localhost:8101"])
def test_good_addresses_are_taken(base_url: str) -> None:
    assert made(base_url=base_url).settings.base_url == base_url


@pytest.mark.parametrize("upstream", ["8.8.8.8", "http://a/b", "http://user@a", "ftp://a", "http://a?x", "http://[::1", "http://"])
def test_an_upstream_is_an_origin_or_nothing(upstream: str) -> None:
    with pytest.raises(BadSettings) as refused:
        made(upstream=upstream)
    assert refused.value.field == "upstream"
    for good in ("", "http://127.0.0.1:8081", "https://rsud.internal", "http://[::1]:8081"):
        assert made(upstream=good).settings.upstream == good


@pytest.mark.parametrize(
    "changes",
    [
        {"strip": ["Cookie"]},
        {"strip": ["X_Nik"]},
        {"subject_header": "X-Id\r\nSet-Cookie: a"},
        {"subject_header": "x-nik"},
        {"proof_header": "X-Nik"},
        {"subject_header": "X-Gapura-Start"},
        {"proof_header": "X-Gapura-Uri"},
        {"headers": [{"claim": "nik", "field": "Authorization"}]},
        {"headers": [{"claim": "nik", "field": "X-Forwarded-For"}]},
        {"headers": [{"claim": "nik", "field": "X_Nik"}]},
        {"headers": [{"claim": "nik", "field": "X-Nik"}, {"claim": "name", "field": "x-nik"}]},
    ],
)
def test_fa_01_a_header_that_is_not_the_applications_alone_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadSettings):
        made(**changes)
    assert made(strip=["X-Id"], subject_header="X-Orang", proof_header="X-Bukti").settings.owned == ("X-Nik", "X-Orang", "X-Bukti", "X-Id")


def test_every_kind_says_what_it_can_do_and_where_it_is_explained() -> None:
    for name, kind in KINDS.items():
        assert kind.name == name
        assert set(kind.title) == {"id", "en"}
        assert kind.capabilities <= set(Capability)
        assert kind.docs.startswith("connectors/")
