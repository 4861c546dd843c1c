"""The kind `soap_wsse` towards a service: JSON in, SOAP out, and an answer only where one is."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import subprocess
import sys
from typing import Any

import orjson
import pytest

from connectors.apis.soap_wsse.kind import SoapWsse
from connectors.apis.soap_wsse.token import DIGEST, TEXT, WSSE, WSU
from connectors.apis.soap_wsse.xml import BadXml, read
from connectors.calls import Call, Fault, OutboundRequest, Response
from connectors.errors import BadSettings
from tests.connectors.calls import NOW, answered, content, failed, sent
from tests.connectors.soap_wsse.samples import NS, SOAP11, register

KIND = SoapWsse()
FOUND = (
    "<m:CariPendudukResponse><m:nama>SITI</m:nama><m:anak>A</m:anak><m:anak>B</m:anak>"
    "<m:alamat><m:rt>1</m:rt></m:alamat></m:CariPendudukResponse>"
)
LATIN = f"<s:Envelope xmlns:s='{SOAP11}' xmlns:m='{NS}'><s:Body>{FOUND.replace('SITI', 'Sïti')}</s:Body></s:Envelope>".encode("latin-1")
DECLARED = '<?xml version="1.0" encoding="UTF-16"?>'


def asked(values: bytes = b'{"nik":"3503110708900001"}', **changes: Any) -> OutboundRequest:
    return sent(KIND.prepare(register(**changes), Call("POST", "/CariPenduduk", body=values), NOW, {}))


def soap(inner: str, prolog: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return f'{prolog}<s:Envelope xmlns:s="{SOAP11}" xmlns:m="{NS}"><s:Body>{inner}</s:Body></s:Envelope>'.encode()


def test_a_call_leaves_as_a_message_with_a_digested_password() -> None:
    request = asked()
    assert request.headers == {
        "Content-Type": "text/xml; charset=utf-8",
        "Accept": "text/xml",
        "SOAPAction": '"urn:register:contoh/CariPenduduk"',
    }
    root = read(request.body)
    nonce = base64.b64decode(root.findtext(f".//{{{WSSE}}}Nonce") or "")
    moment = root.findtext(f".//{{{WSU}}}Created") or ""
    shown = root.find(f".//{{{WSSE}}}Password")
    assert shown is not None and shown.get("Type") == DIGEST
    assert shown.text == base64.b64encode(hashlib.sha1(nonce + moment.encode() + b"sandi").digest()).decode()
    assert len(nonce) == 16 and moment == "2026-11-24T06:00:00Z"
    assert asked().body != request.body, "each message has a nonce of its own"


def test_the_password_goes_as_text_only_where_the_service_wants_it() -> None:
    shown = read(asked(password="text").body).find(f".//{{{WSSE}}}Password")
    assert shown is not None and (shown.get("Type"), shown.text) == (TEXT, "sandi")
    assert read(asked(username="").body).find(f".//{{{WSSE}}}Security") is None


def test_soap_12_names_its_action_in_the_content_type() -> None:
    request = asked(soap="1.2")
    assert request.headers["Content-Type"] == 'application/soap+xml; charset=utf-8; action="urn:register:contoh/CariPenduduk"'
    assert "SOAPAction" not in request.headers


@pytest.mark.parametrize(
    "value", ["</m:nik><m:role>admin</m:role>", "<![CDATA[x]]>", "' or '1'='1", "&xxe;", "]]>", "//user[name='a' or 'a'='a']"]
)
def test_so_03_a_value_stays_a_value(value: str) -> None:
    root = read(asked(orjson.dumps({"nama": value})).body)
    fields = root.findall(f".//{{{NS}}}CariPenduduk/*")
    assert [(one.tag, one.text) for one in fields] == [(f"{{{NS}}}nama", value)]


@pytest.mark.parametrize(
    "body", [b'{"role":"admin"}', b'{"nik":"\\u0000"}', b'{"nik":{"a b":1}}', b'{"nik":[[1]]}', b"[]", b"nik=1", b'{"nik":{"a><x":1}}']
)
def test_so_03_what_is_no_field_or_cannot_be_written_is_refused(body: bytes) -> None:
    assert failed(KIND.prepare(register(), Call("POST", "/CariPenduduk", body=body), NOW, {})).fault is Fault.MALFORMED  # type: ignore[arg-type]


def test_fields_stand_in_the_order_of_the_service() -> None:
    assert re.search(rb"<m:nik>1</m:nik><m:nama>A</m:nama>", asked(b'{"nama":"A","nik":"1"}').body)


def test_an_answer_becomes_json() -> None:
    outcome = KIND.read(register(), asked(), answered(soap(FOUND), 200, "text/xml"))
    assert content(outcome) == {"nama": "SITI", "anak": ["A", "B"], "alamat": {"rt": "1"}}


FAULT = "<s:Fault><faultcode>{code}</faultcode><faultstring>tidak ada</faultstring></s:Fault>"


@pytest.mark.parametrize(
    ("response", "fault"),
    [
        pytest.param(answered(soap(FAULT.format(code="s:Server")), 200, "text/xml"), Fault.BROKEN, id="200 with a fault"),
        pytest.param(answered(soap(FAULT.format(code="s:Client")), 500, "text/xml"), Fault.DECLINED, id="500 with a fault"),
        pytest.param(answered(soap(FAULT.format(code="w:FailedAuthentication")), 500, "text/xml"), Fault.REFUSED, id="our password"),
        pytest.param(answered(soap(FOUND)[:-30], 200, "text/xml"), Fault.BROKEN, id="truncated"),
        pytest.param(answered(soap(FOUND), 500, "text/xml"), Fault.BROKEN, id="an answer with 500"),
        pytest.param(answered(soap(FOUND.replace("Penduduk", "Orang")), 200, "text/xml"), Fault.BROKEN, id="another answer"),
        pytest.param(answered(soap(FOUND).replace(NS.encode(), b"urn:lain"), 200, "text/xml"), Fault.BROKEN, id="another namespace"),
        pytest.param(answered(soap(FOUND + FOUND), 200, "text/xml"), Fault.BROKEN, id="two answers"),
        pytest.param(answered(soap(""), 200, "text/xml"), Fault.BROKEN, id="nothing"),
        pytest.param(answered(LATIN, 200, "text/xml"), Fault.BROKEN, id="bytes of Latin-1"),
        pytest.param(answered(soap(FOUND), 200, "text/xml; charset=iso-8859-1"), Fault.BROKEN, id="charset of the header"),
        pytest.param(answered(soap(FOUND, DECLARED), 200, "text/xml"), Fault.BROKEN, id="charset of the XML"),
        pytest.param(answered(soap(FOUND.replace("SITI", "S<!-- x -->ITI")), 200, "text/xml"), Fault.BROKEN, id="comment in a value"),
        pytest.param(answered(soap(FOUND.replace("SITI", "S<?x y?>ITI")), 200, "text/xml"), Fault.BROKEN, id="instruction in a value"),
        pytest.param(
            answered(soap(FOUND.replace("SITI", "&e;"), '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), 200, "text/xml"),
            Fault.BROKEN,
            id="entity",
        ),
        pytest.param(answered(b"<html/>", 502, "text/html"), Fault.BROKEN, id="a page"),
        pytest.param(answered(b'{"nama":"SITI"}', 200), Fault.BROKEN, id="JSON"),
    ],
)
def test_so_04_what_is_no_whole_answer_is_no_success(response: Response, fault: Fault) -> None:
    assert failed(KIND.read(register(), asked(), response)).fault is fault


IMPORT = '<d:definitions xmlns:d="http://schemas.xmlsoap.org/wsdl/"><d:import location="http://169.254.169.254/latest"/></d:definitions>'


@pytest.mark.parametrize(
    "raw",
    [
        IMPORT.encode(),
        soap(IMPORT),
        b'<!DOCTYPE x SYSTEM "http://169.254.169.254/x.dtd"><x/>',
        b'<x xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="file:///etc/passwd"/></x>',
        b'<?xml-stylesheet href="http://169.254.169.254/x.xsl"?><x/>',
    ],
)
def test_so_04_nothing_that_an_answer_names_is_fetched(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A WSDL that imports from inside is an answer that cannot be read; nobody looks where it points."""

    def caught(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", caught)
    assert failed(KIND.read(register(), asked(), answered(raw, 200, "text/xml"))).fault is Fault.BROKEN


@pytest.mark.parametrize("raw", [b"<a>" * 70 + b"</a>" * 70, b"<a>" + b"<b/>" * 20_001 + b"</a>", b"", b"\xff\xfe<\x00a\x00/\x00>\x00"])
def test_xml_is_read_only_as_far_as_it_is_reasonable(raw: bytes) -> None:
    with pytest.raises(BadXml):
        read(raw)


def test_a_billion_laughs_are_not_laughed() -> None:
    laughs = b'<!DOCTYPE l [<!ENTITY a "ha">' + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a;" * 10) for n in range(9)) + b"]><l>&a8;</l>"
    with pytest.raises(BadXml):
        read(laughs)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("operations.0.path", [{"path": "/Cari/Dua"}]),
        ("operations.0.path", [{"path": "/1x"}]),
        ("operations.0.fields", [{"path": "/Cari", "fields": ["a b"]}]),
        ("operations.0.method", [{"path": "/Cari", "method": "GET"}]),
        ("operations.0.action", [{"path": "/Cari", "action": 'a"b'}]),
        ("soap", "2"),
        ("settings", [{"path": "/Cari"}, {"path": "/Cari"}]),
    ],
)
def test_bad_settings_name_the_field(field: str, value: Any) -> None:
    with pytest.raises(BadSettings) as refused:
        register(**{"soap" if field == "soap" else "operations": value})
    assert refused.value.field == field


def test_the_kind_is_imported_without_lxml() -> None:
    code = "import sys, connectors.builtin; sys.exit(any(m.split('.')[0] in ('lxml', 'signxml', 'jose') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
