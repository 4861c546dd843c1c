"""The kind `api_key`: header, scheme and key for each service, as SPLP wants them."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.apis.api_key.kind import ApiKey
from connectors.calls import Call, Fault, Reply, Response
from connectors.contract import Connector
from connectors.errors import BadSettings
from tests.connectors.calls import NOW, answered, connector, content, failed, sent

KIND = ApiKey()
SETTINGS: dict[str, Any] = {
    "base_url": "https://api-splp.example.id/t/trenggalekkab.go.id",
    "operations": [
        {"path": "/data/1.0/penduduk/{id}"},
        {"path": "/lapor/3.0.0/aduan", "method": "POST"},
        {"path": "/terbuka/1.0/libur"},
        {"path": "/data/1.0/rahasia/isi"},
    ],
    "services": [
        {"name": "data", "prefix": "/data/1.0/"},
        {"name": "rahasia", "prefix": "/data/1.0/rahasia/"},
        {"name": "lapor", "prefix": "/lapor/3.0.0/", "header": "AuthorizationSPLP", "scheme": "Bearer"},
        {"name": "terbuka", "prefix": "/terbuka/", "open": True},
    ],
}


def splp(**changes: Any) -> Connector:
    return connector("api_key", {**SETTINGS, **changes}, key__data="kunci-data", key__lapor="kunci-lapor", key__rahasia="kunci-rahasia")


def headers(path: str) -> dict[str, str]:
    return dict(sent(KIND.prepare(splp(), Call("GET", path), NOW, {})).headers)


def test_each_service_gets_its_own_key_in_its_own_header() -> None:
    assert headers("/data/1.0/penduduk/7") == {"Accept": "application/json", "apikey": "kunci-data"}
    assert headers("/lapor/3.0.0/aduan") == {"Accept": "application/json", "AuthorizationSPLP": "Bearer kunci-lapor"}
    assert headers("/terbuka/1.0/libur") == {"Accept": "application/json"}


def test_the_longest_prefix_decides() -> None:
    assert headers("/data/1.0/rahasia/isi")["apikey"] == "kunci-rahasia"


def test_a_body_leaves_with_its_type() -> None:
    request = sent(KIND.prepare(splp(), Call("POST", "/lapor/3.0.0/aduan", body=b"{}", content_type="application/json"), NOW, {}))
    assert (request.body, request.headers["Content-Type"]) == (b"{}", "application/json")


REQUEST = sent(KIND.prepare(splp(), Call("GET", "/data/1.0/penduduk/7"), NOW, {}))
ENVELOPE = {"status": "status", "good": ["true", "success", "200"], "data": "data.items", "message": "pesan"}


def test_an_answer_without_an_envelope_is_handed_on_as_it_is() -> None:
    assert KIND.read(splp(), REQUEST, answered(b"a,b", 200, "text/csv")) == Reply(b"a,b", 200, "text/csv")


@pytest.mark.parametrize("status", [True, "success", 200, "SUCCESS"])
def test_an_envelope_says_where_success_and_content_stand(status: Any) -> None:
    assert content(KIND.read(splp(envelope=ENVELOPE), REQUEST, answered({"status": status, "data": {"items": [7]}}))) == [7]


@pytest.mark.parametrize(
    ("response", "fault"),
    [
        (answered({"status": False, "pesan": "tidak ada"}), Fault.DECLINED),
        (answered({"data": {"items": [1]}}), Fault.DECLINED),
        (answered({"status": True, "data": []}), Fault.BROKEN),
        (answered(b"<html>", 200, "text/html"), Fault.BROKEN),
        (answered({"fault": {"code": 900901}}, 401), Fault.REFUSED),
        (answered({"status": False, "pesan": "nomor wajib diisi"}, 500), Fault.DECLINED),
        (answered({"status": 500, "pesan": "x"}, 500), Fault.BROKEN),
        (answered({"status": True, "data": {"items": [1]}}, 500), Fault.BROKEN),
        (answered({"status": False, "pesan": "x"}, 502), Fault.BROKEN),
        (answered({"pesan": "x"}, 500), Fault.BROKEN),
        (answered({}, 404), Fault.NOT_FOUND),
        (answered({}, 429, retry_after="7"), Fault.LIMITED),
        (answered({}, 302), Fault.BROKEN),
    ],
)
def test_what_states_no_success_is_none(response: Response, fault: Fault) -> None:
    assert failed(KIND.read(splp(envelope=ENVELOPE), REQUEST, response)).fault is fault


def test_json_that_is_cut_off_is_no_answer() -> None:
    assert failed(KIND.read(splp(), REQUEST, answered(b'{"a":', 200))).fault is Fault.BROKEN


@pytest.mark.parametrize(
    "services",
    [
        [],
        [{"name": "data", "prefix": "/data/"}],
        [{"name": "data", "prefix": "/"}, {"name": "data", "prefix": "/x/"}],
        [{"name": "data", "prefix": "/", "header": "Host"}],
        [{"name": "data", "prefix": "/", "header": "X\r\nY"}],
        [{"name": "data", "prefix": "data"}],
        [{"name": "data", "prefix": "/", "scheme": "Bearer x"}],
    ],
)
def test_bad_services_are_refused(services: Any) -> None:
    with pytest.raises(BadSettings) as refused:
        splp(services=services)
    assert refused.value.field.startswith("services") or "services" in refused.value.reason


def test_an_open_service_needs_no_secret() -> None:
    assert set(KIND.secret_rules(splp().settings)) == {"key.data", "key.lapor", "key.rahasia"}
