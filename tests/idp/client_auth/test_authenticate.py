"""Which client is this: exactly one way of proof, the registered one; the same answer for whoever does not exist."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from urllib.parse import quote_plus

import pytest

from hub.storage.expiring.memory import MemoryStore
from idp.applications.models import Client, ClientSecret
from idp.applications.registry import Registry
from idp.client_auth.authenticate import FAILURES, FAILURES_ANYWHERE, ClientAuthenticator
from idp.errors import InvalidClient, InvalidRequest, OAuthError, TooManyRequests
from idp.proofs.certificate import Authorities, Certificate, ClientCertificates
from kit.audit import AuditEvent, ChainedEntry, ChainReport, Entry
from kit.clock import FixedClock
from kit.secrets import digest
from tests.idp.client_auth.assertions import EC, claims, jwt_client, no_keys_elsewhere, signed
from tests.idp.proofs.authority import ANOTHER_CA, CA, issued, self_signed
from tests.idp.samples import ISSUER, NOW, SECRET, a_client, a_snapshot, an_agency, an_application

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"


class Trail:
    """An audit trail in a list."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def append(self, *entries: Entry) -> None:
        self.entries += entries

    async def verify(self) -> ChainReport:
        return ChainReport("audit", len(self.entries), "")

    async def search(self, **_: object) -> Sequence[ChainedEntry]:
        return []


class Desk:
    """An authenticator on a memory store, and the ways to come to it."""

    def __init__(self, *clients: Client, **registry: object) -> None:
        self.trail = Trail()
        self.clock = FixedClock(NOW)
        self.store = MemoryStore(self.clock)
        known = Registry(a_snapshot(*clients, **registry))
        certificates = ClientCertificates(authorities=Authorities((CA.certificate,)))
        self.authenticator = ClientAuthenticator(known, self.store, self.trail, self.clock, ISSUER, no_keys_elsewhere(), certificates)  # type: ignore[arg-type]

    async def come(self, authorization: str = "", address: str = HERE, certificate: Certificate | None = None, **form: str) -> str:
        """Return `client_id key` when the client is believed."""
        found = await self.authenticator.authenticate(authorization, form, address, certificate)
        return f"{found.client.client_id} {found.key}"

    async def refused(self, authorization: str = "", address: str = HERE, certificate: Certificate | None = None, **form: str) -> str:
        """Return `code: description`; fail when the client is believed."""
        with pytest.raises(OAuthError) as told:
            await self.come(authorization, address, certificate, **form)
        return f"{told.value.code}: {told.value.description}"


def basic(client_id: str = "rp-a", secret: str = SECRET) -> str:
    return "Basic " + base64.b64encode(f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()).decode()


FAILED = "invalid_client: client authentication failed"


async def test_each_method_proves_its_own_client() -> None:
    assert await Desk().come(basic()) == f"rp-a client_secret_basic:{SECRET[:8]}"
    post = Desk(a_client(auth_method="client_secret_post"))
    assert await post.come(client_id="rp-a", client_secret=SECRET) == f"rp-a client_secret_post:{SECRET[:8]}"
    public = Desk(a_client(auth_method="none", secrets=()))
    assert await public.come(client_id="rp-a") == "rp-a none:"
    jwt = Desk(jwt_client())
    assert await jwt.come(client_assertion=signed(claims()), client_assertion_type=ASSERTION) == "rp-a private_key_jwt:ec-1"


async def test_basic_credentials_are_urldecoded_as_the_rfc_says() -> None:
    odd, secret = "rp:a é&=%", "a+b%2B c:d-0123456789-0123456789-0123456789"
    desk = Desk(a_client(client_id=odd, secrets=(ClientSecret(digest(secret), "odd", 0),)))
    assert await desk.come(basic(odd, secret)) == f"{odd} client_secret_basic:odd"


async def test_tk_07_one_way_at_a_time() -> None:
    desk = Desk()
    assert await desk.come(basic(), client_id="rp-a") == f"rp-a client_secret_basic:{SECRET[:8]}"
    words = "invalid_request: use exactly one way of client authentication"
    assert await desk.refused(basic(), client_id="rp-a", client_secret=SECRET) == words
    assert await desk.refused(basic(), client_secret="") == words


async def test_tk_08_the_body_names_no_other_client() -> None:
    desk = Desk(a_client(), a_client(client_id="rp-b", secrets=()))
    assert (await desk.refused(basic(), client_id="rp-b")).startswith("invalid_request: client_id contradicts")
    assert (await desk.refused(basic(), client_id="")).startswith("invalid_request: client_id contradicts")


async def test_tk_09_a_client_with_keys_has_no_use_for_its_old_secret() -> None:
    from dataclasses import replace

    desk = Desk(replace(jwt_client(), secrets=(ClientSecret(digest(SECRET), SECRET[:8], 0),)))
    assert await desk.refused(basic()) == FAILED
    assert await desk.refused(client_id="rp-a", client_secret=SECRET) == FAILED
    unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJycC1hIn0."
    both = {"client_id": "rp-a", "client_secret": SECRET, "client_assertion": unsigned, "client_assertion_type": ASSERTION}
    assert await desk.refused(**both) == "invalid_client: use exactly one way of client authentication"
    assert await desk.refused(basic(), client_assertion=unsigned, client_assertion_type=ASSERTION) == (
        "invalid_client: use exactly one way of client authentication"
    )
    assert await desk.refused(client_assertion=unsigned, client_assertion_type=ASSERTION) == FAILED
    assert await desk.refused(client_id="rp-a") == FAILED, "nor may it come without any proof"


async def test_a_secret_counts_only_in_the_registered_place() -> None:
    assert await Desk().refused(client_id="rp-a", client_secret=SECRET) == FAILED
    assert await Desk(a_client(auth_method="client_secret_post")).refused(basic()) == FAILED
    assert await Desk(a_client(auth_method="none")).refused(basic()) == FAILED


async def test_tk_12_an_assertion_is_good_once() -> None:
    desk, assertion = Desk(jwt_client()), signed(claims())
    answers = await asyncio.gather(
        *(desk.come(client_assertion=assertion, client_assertion_type=ASSERTION) for _ in range(100)), return_exceptions=True
    )
    assert [answer for answer in answers if isinstance(answer, str)] == ["rp-a private_key_jwt:ec-1"]
    assert all(isinstance(answer, str | InvalidClient | TooManyRequests) for answer in answers)
    desk.clock.advance(50)
    assert "invalid_client" in await desk.refused(client_assertion=assertion, client_assertion_type=ASSERTION, address=ELSEWHERE)
    assert await desk.come(client_assertion=signed(claims(NOW + 50)), client_assertion_type=ASSERTION)


async def test_tk_12_two_clients_may_use_the_same_id() -> None:
    desk = Desk(jwt_client(), jwt_client(client_id="rp-b"))
    for client_id in ("rp-a", "rp-b"):
        made = signed(claims(iss=client_id, sub=client_id, jti="the-same-id"))
        assert (await desk.come(client_assertion=made, client_assertion_type=ASSERTION)).startswith(client_id)


async def test_tk_13_used_ids_are_forgotten_when_they_are_past_use() -> None:
    desk = Desk(jwt_client())
    for _ in range(50):
        await desk.come(client_assertion=signed(claims(desk.clock.now())), client_assertion_type=ASSERTION)
        desk.clock.advance(30)
    assert await desk.store.purge(desk.clock.now()) + await desk.store.purge(desk.clock.now() + 400) == 50
    assert await desk.store.purge(desk.clock.now() + 4000) == 0, "nothing else was kept"


async def test_an_assertion_of_the_right_type_is_required() -> None:
    desk = Desk(jwt_client())
    for form in ({"client_assertion": signed(claims())}, {"client_assertion": signed(claims()), "client_assertion_type": "saml"}):
        assert (await desk.refused(**form)).startswith("invalid_request: client_assertion_type")


@pytest.mark.parametrize(
    "header", ["Bearer x", "Basic", "Basic é", "Basic ####", "Basic " + base64.b64encode(b"no colon").decode(), "Basic /w=="]
)
async def test_a_header_that_cannot_be_read(header: str) -> None:
    assert (await Desk().refused(header)).startswith("invalid_client")


async def test_no_proof_at_all() -> None:
    assert (await Desk().refused()).startswith("invalid_client")
    assert (await Desk().refused(client_id="rp-a")) == FAILED


async def test_two_secrets_are_valid_until_the_older_one_ends() -> None:
    old, new = "o" * 43, "n" * 43
    secrets = (ClientSecret(digest(old), "old", 0, NOW + 100), ClientSecret(digest(new), "new", 0))
    desk = Desk(a_client(secrets=secrets))
    assert (await desk.come(basic(secret=old))).endswith(":old")
    assert (await desk.come(basic(secret=new))).endswith(":new")
    desk.clock.advance(100)
    assert await desk.refused(basic(secret=old)) == FAILED
    assert (await desk.come(basic(secret=new))).endswith(":new")


async def test_a_client_that_is_switched_off_or_whose_application_is() -> None:
    assert await Desk(a_client(enabled=False)).refused(basic()) == FAILED
    assert await Desk(applications={"aplikasi-a": an_application(enabled=False)}).refused(basic()) == FAILED
    assert await Desk(agencies={"dinas-a": an_agency(suspended=True)}).refused(basic()) == FAILED


async def test_tk_26_guessing_is_slowed_and_the_real_client_is_not() -> None:
    desk = Desk()
    for _ in range(FAILURES):
        assert await desk.refused(basic(secret="wrong")) == FAILED
    assert (await desk.refused(basic(secret="wrong"))).startswith("slow_down")
    assert await desk.come(basic()), "not even at the same address"
    assert await desk.come(basic(), ELSEWHERE)
    desk.clock.advance(60)
    assert await desk.refused(basic(secret="wrong")) == FAILED


async def test_tk_26_guessing_from_many_addresses_is_slowed_too() -> None:
    desk = Desk(a_client(), a_client(client_id="rp-b"))
    for n in range(FAILURES_ANYWHERE):
        assert await desk.refused(basic(secret="wrong"), f"203.0.113.{n}") == FAILED
    assert (await desk.refused(basic(secret="wrong"), ELSEWHERE)).startswith("slow_down")
    assert await desk.come(basic(), HERE)
    assert await desk.refused(basic("rp-b", "wrong"), ELSEWHERE) == FAILED, "another client's guesses are counted apart"


async def test_tk_26_the_trail_notes_it_once_a_minute() -> None:
    desk = Desk()
    for _ in range(10):
        await desk.refused(basic(secret="wrong"))
    assert [(entry.event, entry.subject, entry.origin) for entry in desk.trail.entries] == [
        (AuditEvent.CLIENT_AUTH_FAILED, "client:rp-a", "192.0.2.0/24")
    ]


async def test_tk_27_an_unknown_client_is_refused_in_the_same_words() -> None:
    desk = Desk()
    for n in range(FAILURES + 5):
        known, unknown = await desk.refused(basic(secret="wrong")), await desk.refused(basic("rp-x", "wrong"))
        assert known == unknown, n
    body = Desk(a_client(auth_method="client_secret_post"))
    assert await body.refused(client_id="rp-a", client_secret="w") == await body.refused(client_id="rp-x", client_secret="w")


def test_an_error_names_no_secret() -> None:
    assert SECRET not in repr(InvalidRequest("use exactly one way"))
    from idp.client_auth.credentials import read

    assert SECRET not in repr(read(basic(), {}))
    assert signed(claims(), EC) not in repr(read("", {"client_assertion": signed(claims()), "client_assertion_type": ASSERTION}))


SUBJECT = "CN=rp-a,O=Kabupaten Trenggalek,C=ID"


async def test_a_certificate_of_our_authority_proves_the_client_it_names() -> None:
    desk = Desk(a_client(auth_method="tls_client_auth", secrets=(), tls_subject=SUBJECT))
    assert await desk.come(client_id="rp-a", certificate=issued().shown) == f"rp-a tls_client_auth:{SUBJECT}"
    for wrong in (issued("rp-b"), issued(issuer=ANOTHER_CA), self_signed(), issued(days=(-9, -1))):
        assert await desk.refused(client_id="rp-a", certificate=wrong.shown) == FAILED
    assert await desk.refused(client_id="rp-a") == FAILED, "nor may it come without"


async def test_a_certificate_that_the_client_registered_proves_it() -> None:
    pair, other = self_signed(), self_signed()
    keys = {"keys": [{"kty": "EC", "x5t#S256": pair.shown.thumbprint}]}
    desk = Desk(a_client(auth_method="self_signed_tls_client_auth", secrets=(), jwks=keys))
    assert await desk.come(client_id="rp-a", certificate=pair.shown) == f"rp-a self_signed_tls_client_auth:{pair.shown.thumbprint}"
    assert await desk.refused(client_id="rp-a", certificate=other.shown) == FAILED
    assert await desk.refused(client_id="rp-a") == FAILED


async def test_tk_09_a_certificate_proves_nothing_for_a_client_that_registered_another_way() -> None:
    certificate = issued().shown
    assert await Desk(a_client(tls_subject=SUBJECT)).refused(client_id="rp-a", certificate=certificate) == FAILED
    assert await Desk(jwt_client(tls_subject=SUBJECT)).refused(client_id="rp-a", certificate=certificate) == FAILED
    by_certificate = a_client(auth_method="tls_client_auth", tls_subject=SUBJECT)
    assert await Desk(by_certificate).refused(basic(), certificate=certificate) == FAILED, "nor an old secret beside it"
    assert await Desk(a_client(tls_subject=SUBJECT)).come(basic(), certificate=certificate), "one that is merely there does no harm"
    public = Desk(a_client(auth_method="none", secrets=()))
    assert await public.come(client_id="rp-a", certificate=certificate) == "rp-a none:"
