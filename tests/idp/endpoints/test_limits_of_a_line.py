"""Every limit of one address counts what one line has: of IPv6 the whole /64, from which a new address costs nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from idp.client_auth.authenticate import FAILURES
from idp.device.guesses import OF_AN_ADDRESS
from idp.endpoints.device_authorization import PER_MINUTE
from idp.endpoints.par import PUBLIC_PER_MINUTE
from idp.tokens.guessing import MOST
from tests.idp.authorization.pushing import a_pusher
from tests.idp.device.kiosk import SCOPE, a_kiosk
from tests.idp.registration.test_endpoint import METADATA, bearer
from tests.site import Site, new_party, register, test_client

Line = Callable[[int], str]
NEIGHBOUR = "2001:db8:1:ffff::1"


def one_line(n: int) -> str:
    return f"2001:db8:1:2::{n + 1:x}"


def many_lines(n: int) -> str:
    return f"2001:db8:1:{n + 1:x}::1"


async def test_dv_01_addresses_of_one_line_have_twenty_wrong_codes_together(site: Site) -> None:
    kiosk = await a_kiosk(site)
    await kiosk.ask()
    for n in range(OF_AN_ADDRESS):
        browser = site.browser(one_line(n))
        await browser.go("/perangkat")
        assert (await browser.submit(kode="CCCC-CCCC")).status_code == 200
    for address, status in ((one_line(99), 429), (NEIGHBOUR, 200)):
        browser = site.browser(address)
        await browser.go("/perangkat")
        assert (await browser.submit(kode=kiosk.shown["user_code"])).status_code == status


@pytest.mark.parametrize(("line", "slowed"), [(one_line, 5), (many_lines, 0)], ids=["one line", "as many lines"])
async def test_tk_26_wrong_secrets_are_counted_by_line(site: Site, line: Line, slowed: int) -> None:
    party = await new_party(site)
    seen: Counter[int] = Counter()
    for n in range(FAILURES + 5):
        answer = await site.http(line(n)).post("/token", data={"grant_type": "client_credentials"}, auth=(party.client_id, "wrong"))
        seen[answer.status_code] += 1
    assert seen == Counter({401: FAILURES + 5 - slowed, 429: slowed})
    assert (await party.tokens())["access_token"], "the real client is not held back"


@pytest.mark.parametrize(("line", "slowed"), [(one_line, 5), (many_lines, 0)], ids=["one line", "as many lines"])
@pytest.mark.parametrize("door", ["userinfo", "register"])
async def test_ui_07_unknown_tokens_are_counted_by_line(site: Site, line: Line, slowed: int, door: str) -> None:
    seen: Counter[int] = Counter()
    for n in range(MOST + 5):
        http, shown = site.http(line(n)), bearer(f"{n:043}")
        answer = await (
            http.get("/userinfo", headers=shown) if door == "userinfo" else http.post("/register", json=METADATA, headers=shown)
        )
        seen[answer.status_code] += 1
    assert seen == Counter({401: MOST + 5 - slowed, 429: slowed})


@pytest.mark.parametrize(("line", "slowed"), [(one_line, 3), (many_lines, 0)], ids=["one line", "as many lines"])
async def test_pr_07_what_a_public_client_pushes_is_counted_by_line(site: Site, line: Line, slowed: int) -> None:
    await register(site, test_client(client_id="rp-public", auth_method="none", secrets=()))
    form = (await a_pusher(site)).parameters(client_id="rp-public")
    said = [(await site.http(line(n)).post("/par", data=form)).status_code for n in range(PUBLIC_PER_MINUTE + 3)]
    assert Counter(said) == Counter({201: PUBLIC_PER_MINUTE + 3 - slowed, 429: slowed})


@pytest.mark.parametrize(("line", "slowed"), [(one_line, 3), (many_lines, 0)], ids=["one line", "as many lines"])
async def test_device_requests_are_counted_by_line(site: Site, line: Line, slowed: int) -> None:
    kiosk = await a_kiosk(site)
    data = {"client_id": kiosk.client_id, "scope": SCOPE}
    said = [(await site.http(line(n)).post("/device_authorization", data=data)).status_code for n in range(PER_MINUTE + 3)]
    assert Counter(said) == Counter({200: PER_MINUTE + 3 - slowed, 429: slowed})
