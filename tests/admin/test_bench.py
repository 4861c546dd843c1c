"""The test bench of connectors: what it shows is what a sign-in really gives, byte for byte, and nothing it makes is believed anywhere."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jose import JWTError, jwt

from admin.actions.bench import Bench
from admin.errors import NotFound
from connectors.apps.saml.outgoing import text_of, unasked
from connectors.apps.ticket.kind import Ticket
from connectors.builtin import KINDS
from connectors.contract import Connector, Identity, Secret
from connectors.front_door import Desk, Exhibit, HandOff, Post
from connectors.registry import FRONT_DOORS, PROXY_KINDS, build
from idp.people.models import Role
from tests.admin.connectors import published
from tests.admin.operators import working
from tests.connectors.cas import parts as cas
from tests.connectors.desk import NOW, SITI, FakeDesk
from tests.connectors.saml import party as saml
from tests.connectors.simple_sso import test_kind as broker
from tests.connectors.ticket import test_kind as ticket
from tests.idp.gate.conftest import PATIENT, Gate, town
from tests.site import PASSWORD, Site
from tests.site import SITI as NIK

__all__ = ["town"]  # a fixture
ISSUER = "https://masuk.example.id"
BENCH = Bench(KINDS, ISSUER)
GOLDEN = Path(__file__).parent.parent / "golden" / "connectors"

# What may differ, and nothing else: issuer, ids, key and what is signed with it (acceptance line 5); times stand still here.
OWN_OF_A_TICKET = ("iss", "jti", "sid")
OWN_OF_AN_ASSERTION = (
    (re.compile(r"https://masuk\.example\.id(/preview)?"), "ISSUER"),
    (re.compile(r'((?:ID|SessionIndex)=")[^"]+'), r"\1ID"),
    (re.compile(r'(URI="#)[^"]+'), r"\1ID"),
    (re.compile(r"(<[a-z0-9]*:?(?:SignatureValue|DigestValue|X509Certificate)>)[^<]+"), r"\1SIGNED"),
)
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)
people = st.fixed_dictionaries(
    {"name": words}, optional={"nik": st.just(NIK), "email": st.just("Siti@Example.id"), "nip": words, "phone_number": st.just("+6281234")}
)


def connectors() -> dict[str, Connector]:
    return {
        "ticket": ticket.made(),
        "saml": saml.connector(),
        "cas": cas.connector(),
        "simple_sso": broker.made(),
        "forward_auth": build(
            kind="forward_auth",
            connector_id="rsud",
            application="rsud",
            settings={"base_url": "https://rsud.example.id", "headers": PATIENT},
        ),
    }


def payload(token: str) -> bytes:
    part = token.split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def plain_ticket(token: str) -> bytes:
    said = json.loads(payload(token))
    return json.dumps({**said, **dict.fromkeys(OWN_OF_A_TICKET, "OWN")}, ensure_ascii=False).encode()


def plain_assertion(text: str) -> bytes:
    for pattern, put in OWN_OF_AN_ASSERTION:
        text = pattern.sub(put, text)
    return text.encode()


async def real(kind: str, connector: Connector, who: Identity) -> bytes:
    """Return what a sign-in really gives, on the desk of a house with keys of its own."""
    desk = FakeDesk(known=(connector,))
    if kind == "forward_auth":
        answer = PROXY_KINDS[kind].allow(connector.settings, who)
        return "\r\n".join(f"{name}: {value}" for name, value in answer.headers.items() if value).encode()
    if kind == "cas":
        return (await cas.said(desk, "p3_service_validate", service=cas.SERVICE, ticket=await cas.ticket(desk, who))).encode()
    if kind == "simple_sso":
        own = broker.BrowserDesk(known=(connector,))
        handed: HandOff | None = await broker.KIND.hand_off(connector, who, {"token": broker.TOKEN, "return_url": broker.BACK}, own)
        assert handed is not None
        own.session = ""
        answer = await broker.KIND.receive(broker.command("userInfo"), own)  # type: ignore[assignment]
        return answer.body.encode()
    desk = FakeDesk(known=(connector,), own={"signing": (Secret(saml.own_secret()),)})
    state: Mapping[str, object] = unasked(connector.settings) if kind == "saml" else {}  # type: ignore[arg-type]
    handed = await FRONT_DOORS[kind].hand_off(connector, who, state, desk)
    assert handed is not None and isinstance(handed.answer, Post)
    return plain_assertion(text_of(handed.answer)) if kind == "saml" else plain_ticket(handed.answer.fields["ticket"])


async def trace(kind: str) -> dict[str, Any]:
    """Return what a try gives, without what is new each time."""
    connector = connectors()[kind]
    seen = shown(kind, list(await BENCH.exhibits(connector, SITI, NOW))).decode()
    rows = [[one.name, one.value, one.claim] for one in KINDS[kind].emissions(connector.settings, SITI)]
    return {"kind": kind, "emissions": rows, "text": seen}


def shown(kind: str, exhibits: list[Exhibit]) -> bytes:
    text = exhibits[-1].text if exhibits else ""
    return plain_assertion(text) if kind == "saml" else plain_ticket(text) if kind == "ticket" else text.encode()


@pytest.mark.parametrize("kind", ["ticket", "saml", "cas", "simple_sso", "forward_auth"])
def test_tp_3_what_the_bench_shows_is_a_real_emission_byte_for_byte(kind: str) -> None:
    connector = connectors()[kind]

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(people, st.sampled_from(["urn:gapura:aal1", "urn:gapura:aal2"]))
    def same(claims: dict[str, Any], acr: str) -> None:
        who = replace(SITI, claims=claims, acr=acr)

        async def both() -> tuple[bytes, bytes]:
            return shown(kind, list(await BENCH.exhibits(connector, who, NOW))), await real(kind, connector, who)

        seen, given_out = asyncio.run(both())
        assert seen == given_out

    same()


async def test_tp_3_what_is_tried_at_the_house_is_what_its_sign_in_gives(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    fields = [{"claim": "name", "field": "nama", "transform": "upper_ascii"}, {"claim": "kecamatan", "field": "kec"}]
    await published(site, operator, settings={**ticket.SETTINGS, "fields": fields})
    browser = site.browser()
    page = await browser.go("/tiket/simpeg-uji/masuk")
    for _ in range(4):
        if 'name="ticket"' in page.text:
            break
        page = await browser.sign_in(NIK, PASSWORD) if 'name="sandi"' in page.text else await browser.submit(button="lanjutkan")
    found = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert found, page.text[:500]
    lifecycle = site.house.admin.actions.lifecycle
    seen = await lifecycle.attempt_definition(operator, await lifecycle.definition(operator, "simpeg-uji"), "siti")
    assert plain_ticket(seen.exhibits[-1].text) == plain_ticket(found[1])
    key = site.house.registry.now.connectors["simpeg-uji"].secrets["key"][0].value
    assert jwt.decode(found[1], key, algorithms=["HS256"], options={"verify_aud": False, "verify_exp": False})["nama"] == "SITI PERAGAWATI"
    with pytest.raises(JWTError):
        jwt.decode(seen.exhibits[-1].text, key, algorithms=["HS256"], options={"verify_aud": False, "verify_exp": False})


async def test_tp_3_headers_that_are_tried_are_those_that_the_gate_gives(town: Site) -> None:
    operator = await working(town, Role.OPERATOR)
    gate = Gate(town)
    await gate.enter()
    given_out = (await gate.ask()).headers
    lifecycle = town.house.admin.actions.lifecycle
    definition = await lifecycle.definition(operator, "rsud-daftar")
    seen = await lifecycle.attempt_definition(operator, definition, "siti", answer="required")
    tried = dict(line.split(": ", 1) for line in seen.exhibits[0].text.split("\r\n"))
    assert tried == {row["field"]: given_out[row["field"]] for row in PATIENT if given_out.get(row["field"])}
    assert {"X-Pasien-Nik", "X-Pasien-Nama"} <= set(tried)


async def test_tp_2_a_ticket_of_the_bench_is_refused_with_the_real_key() -> None:
    connector = connectors()["ticket"]
    made = list(await BENCH.exhibits(connector, SITI, NOW))[-1].text
    assert json.loads(payload(made))["iss"] == f"{ISSUER}/preview"
    options = {"verify_exp": False, "verify_aud": False, "verify_nbf": False}
    with pytest.raises(JWTError):
        jwt.decode(made, ticket.KEY, algorithms=["HS256"], options=options)
    assert jwt.decode(await ticket.ticket_of(connector), ticket.KEY, algorithms=["HS256"], options=options)["nama"]


class Telling(Ticket):
    """A kind that shows the very secret it is given."""

    async def exhibits(self, connector: Connector, who: Identity, desk: Desk) -> Sequence[Exhibit]:
        return [Exhibit("secret", one.value) for one in connector.secrets["key"]]


async def test_tp_2_no_kind_is_given_a_real_secret_on_the_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = Telling()
    monkeypatch.setitem(FRONT_DOORS, "ticket", kind)  # type: ignore[arg-type] # a dict behind the Mapping
    bench = Bench({**KINDS, "ticket": kind}, ISSUER)
    real = replace(connectors()["ticket"], secrets={"key": (Secret(ticket.KEY), Secret("yang lama"))})
    (shown,) = await bench.exhibits(real, SITI, NOW)
    assert shown.text not in (ticket.KEY, "yang lama") and len(shown.text) >= 43


async def test_tp_2_an_assertion_of_the_bench_has_another_issuer_and_a_key_of_no_metadata() -> None:
    text = list(await BENCH.exhibits(connectors()["saml"], SITI, NOW))[-1].text
    own = "".join(saml.own_certificate().split("\n")[1:-2])
    assert f"{ISSUER}/preview" in text and own[:60] not in text.replace("\n", "")
    with pytest.raises(Exception, match=r"ertificate|ignature|igest"):
        saml.XMLVerifier().verify(text.encode(), x509_cert=saml.own_certificate(), expect_references=True)


async def test_tp_2_a_service_ticket_of_the_bench_is_unknown_at_the_house(site: Site) -> None:
    made = list(await BENCH.exhibits(connectors()["cas"], SITI, NOW))
    name = made[0].text.rpartition("ticket=")[2]
    answer = await site.http().get("/cas/p3/serviceValidate", params={"service": cas.SERVICE, "ticket": name, "format": "JSON"})
    assert name.startswith("ST-") and "authenticationFailure" in answer.text
    desk = FakeDesk(known=(connectors()["cas"],))
    assert cas.code_of(await cas.validated(desk, name)) == "INVALID_TICKET"
    assert cas.code_of(await cas.validated(desk, await cas.ticket(desk))) == "ok"


async def test_tp_2_the_bench_attaches_no_token_of_a_broker() -> None:
    connector = connectors()["simple_sso"]
    (made,) = await BENCH.exhibits(connector, SITI, NOW)
    assert broker.SECRET not in made.text and broker.TOKEN not in made.text and "SSO-" not in made.text
    assert await broker.told(broker.BrowserDesk(known=(connector,)), broker.command("userInfo")) == broker.LOST


async def test_tp_2_headers_of_the_bench_open_nothing_at_the_gate(site: Site) -> None:
    (made,) = await BENCH.exhibits(connectors()["forward_auth"], SITI, NOW)
    headers = dict(line.split(": ", 1) for line in made.text.split("\r\n"))
    facts = {"X-Gapura-Host": "rsud.example.id", "X-Gapura-Method": "GET", "X-Gapura-Uri": "/"}
    answer = await site.http().get("/gerbang/periksa", headers={**headers, **facts})
    assert headers and answer.status_code >= 400 and not set(map(str.lower, headers)) & set(answer.headers)


async def test_tp_1_a_live_citizen_is_not_tried_whatever_the_role(site: Site) -> None:
    operator = await working(site, Role.SUPER_ADMIN)
    await published(site, operator)
    live = await site.house.people.create({"name": "Warga Sungguhan", "nik": "3503115203880001"}, [], actor="cli")
    lifecycle = site.house.admin.actions.lifecycle
    draft = await lifecycle.begin(operator, connector="simpeg-uji")
    for who in (live.id, "3503115203880001", operator.person, ""):
        with pytest.raises(NotFound):
            await lifecycle.attempt(operator, draft.id, who)


async def test_tp_1_trying_keeps_nothing_but_its_own_note(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    await published(site, operator)
    lifecycle = site.house.admin.actions.lifecycle
    draft = await lifecycle.begin(operator, connector="simpeg-uji")
    await lifecycle.attempt(operator, draft.id, "siti")
    assert await site.resources.stores.consent.states("demo-siti") == []
    assert await site.resources.stores.disclosures.of_person("demo-siti") == []


async def test_each_claim_says_from_which_row_it_comes_and_under_which_rule(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    await published(site, operator)
    lifecycle = site.house.admin.actions.lifecycle
    draft = await lifecycle.begin(operator, connector="simpeg-uji")
    rows = {row.name: row for row in (await lifecycle.attempt(operator, draft.id, "siti")).headers}
    assert rows["nama"].origin["id"] == "Data name, baris 1 dari fields, upper_ascii"
    assert rows["nama"].rule["id"] == "Mengurus kepegawaian (consent)"
    assert rows["sub"].rule["id"] == "Kode khusus aplikasi ini, selalu ada"


async def test_a_person_whom_the_system_cannot_name_is_told_apart(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    await published(site, operator)
    lifecycle = site.house.admin.actions.lifecycle
    definition = await lifecycle.definition(operator, "simpeg-uji")
    by_nip = {"services": ["https://simpeg.example.id/cas/"], "username": "kecamatan", "attributes": []}
    changed = definition.model_copy(update={"kind": "cas", "id": "cas-uji", "settings": by_nip, "secrets": {}})
    seen = [await lifecycle.attempt_definition(operator, changed, who, answer="required") for who in ("siti", "sarno")]
    assert seen[0].outcome == "issued" and seen[1].outcome == "account_unusable" and not seen[1].exhibits


@pytest.mark.parametrize("kind", ["ticket", "saml", "cas", "simple_sso", "forward_auth"])
async def test_tp_3_recorded_tries_are_given_again(kind: str) -> None:
    """Golden traces: what a release emitted for one person is what the next one emits. A change here is one that older systems see."""
    kept = json.loads((GOLDEN / f"{kind}.json").read_text())
    assert kept == await trace(kind), "if this is meant: python -m tests.golden.record, and tell the agencies"
