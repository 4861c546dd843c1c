"""Which classes of authentication a request may ask for, and what is kept of them while the person signs in."""

from __future__ import annotations

from connectors.front_door import Post
from tests.connectors.saml.party import SAML, authn, connector, desk, query, redirected
from tests.connectors.saml.test_hostile_requests import UNSIGNED, taken

CLASS = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"


def asking(*classes: str, comparison: str = "exact") -> str:
    refs = "".join(f"<saml:AuthnContextClassRef>{one}</saml:AuthnContextClassRef>" for one in classes)
    return authn(f'<samlp:RequestedAuthnContext Comparison="{comparison}">{refs}</samlp:RequestedAuthnContext>')


async def test_sm_03_what_is_kept_of_a_request_does_not_grow_with_the_classes_it_asks_for() -> None:
    lenient = connector(**UNSIGNED)
    entry = await taken(redirected(query(asking(CLASS, *("a" * 13_000 for _ in range(19))), owner="")), lenient)
    assert entry.state["contexts"] == [CLASS, "other"] and len(str(entry.state)) < 600
    entry = await taken(redirected(query(asking(*[CLASS] * 20), owner="")), lenient)
    assert entry.state["contexts"] == [CLASS]
    entry = await taken(redirected(query(asking("x" * 201, CLASS, "urn:gapura:aal2"))))
    assert entry.state["contexts"] == ["other", CLASS, "urn:gapura:aal2"], "the order says what is wanted more"


async def test_a_class_that_is_none_of_ours_still_counts_as_asked_for() -> None:
    for text in (asking("urn:lain"), asking(CLASS, "urn:lain", comparison="better")):
        assert isinstance(await SAML.receive(redirected(query(text)), desk()), Post), "NoAuthnContext"
    await taken(redirected(query(asking(CLASS, "urn:gapura:aal1", comparison="better"))))
