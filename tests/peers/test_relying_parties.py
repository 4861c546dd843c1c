"""Relying parties made with software of others: Apache with mod_auth_openidc, and Node with openid-client."""

from __future__ import annotations

import json
import re
import time

import httpx

from hub.demo.seed import demo_secret
from kit.secrets import b64url_decode
from tests.peers.conftest import Town
from tests.peers.walker import Walker, received

DIMAS = "3503110605099005"
GAPURAWAN = "3503021901769004"


def secret_of(town: Town, client: str) -> str:
    return demo_secret(b64url_decode((town.live.folder / "data" / "master.key").read_text().strip()), client)


def test_one_password_opens_apache_node_and_the_older_application(town: Town) -> None:
    with Walker(GAPURAWAN) as person:
        got = received(person.go(town.url("usaha-kecil")).text)["headers"]
        assert got["oidc_claim_name"] == ["Gapurawan"]
        assert got["oidc_claim_nik"] == [GAPURAWAN]
        assert got["oidc_claim_iss"] == [town.issuer]
        forged = {"X-Pasien-Nik": "1", "X-Pasien-Id": "2", "OIDC_CLAIM_nik": "3"}
        mapped = received(person.http.get(town.url("usaha-kecil"), headers=forged).text)["headers"]
        assert mapped["x-pasien-nik"] == mapped["oidc_claim_nik"] == [GAPURAWAN]
        assert "x-pasien-id" not in mapped
        page = person.go(town.url("e-link"))
        assert str(page.url) == town.url("e-link")
        claims = json.loads(re.search(r"<pre>(.*)</pre>", page.text)[1])  # type: ignore[index] # a miss fails the test
        assert claims["name"] == "Gapurawan"
        assert claims["sub"] != got["oidc_claim_sub"][0], "each agency knows the person by another number"
        assert received(person.go(town.url("rsud-daftar")).text)["headers"]["x-pasien-nama"] == ["GAPURAWAN"]
        assert person.passwords == 1
        assert person.notices == [town.url(name) for name in ("usaha-kecil", "e-link", "rsud-daftar")], "one page per service"


def test_cn_05_withdrawal_ends_what_apache_holds_within_a_second(town: Town) -> None:
    with Walker(DIMAS) as person:
        got = received(person.go(town.url("usaha-kecil")).text)["headers"]
        access, refresh = got["oidc_access_token"][0], got["oidc_refresh_token"][0]
        auth, bearer = ("usaha-kecil", secret_of(town, "usaha-kecil")), {"Authorization": f"Bearer {access}"}
        with httpx.Client(base_url=town.issuer, trust_env=False) as http:
            assert http.get("/userinfo", headers=bearer).status_code == 200
            assert http.post("/introspect", data={"token": access}, auth=auth).json()["active"] is True
            person.withdraw(town.issuer, "pendamping")
            since = time.monotonic()
            assert http.get("/userinfo", headers=bearer).status_code == 401
            assert http.post("/introspect", data={"token": access}, auth=auth).json() == {"active": False}
            refused = http.post("/token", data={"grant_type": "refresh_token", "refresh_token": refresh}, auth=auth)
            assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
            assert time.monotonic() - since < 1


def test_signing_out_at_the_node_application_ends_the_session(town: Town) -> None:
    with Walker() as laras:
        laras.go(town.url("e-link"))
        laras.http.get(town.url("e-link") + "keluar", follow_redirects=True)
        assert 'name="sandi"' in laras.http.get(town.url("usaha-kecil")).text
