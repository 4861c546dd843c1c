"""Aduan Warga knows its own form and accounts, as the data describes them, and Gapura not at all."""

from __future__ import annotations

import httpx
import pytest

from hub.demo.connecting import older_accounts
from hub.demo.systems.mysql_passwords import fits
from tests.demo.systems.house import house
from tests.forms import forms_of


async def try_with(http: httpx.AsyncClient, user: str, password: str, **more: str) -> httpx.Response:
    (form,) = forms_of((await http.get("/login.php")).text)
    return await http.post("/proses_login.php", data={**form.fields, "user": user, "pass": password, **more})


async def test_every_account_of_the_data_signs_in_by_its_own_password() -> None:
    for username in older_accounts("aduan-warga").values():
        async with house("aduan-warga").http() as http:
            page = await try_with(http, username, "rahasia", no_hp="086000009001")
            assert (page.status_code, page.headers["location"]) == (302, "/beranda.php")
            assert '<dd data-field="no_hp">086000009001</dd>' in (await http.get("/beranda.php")).text


@pytest.mark.parametrize(("user", "password"), [("siti.peraga", "salah"), ("tidak.ada", "rahasia"), ("", ""), ("siti.peraga", "RAHASIA")])
async def test_what_does_not_fit_is_told_in_the_words_of_the_data(user: str, password: str) -> None:
    async with house("aduan-warga").http() as http:
        page = await try_with(http, user, password)
        assert page.status_code == 200 and "Username atau password salah" in page.text
        assert (await http.get("/beranda.php")).headers["location"] == "/login.php"


async def test_without_the_token_of_this_session_nothing_is_taken() -> None:
    aduan = house("aduan-warga")
    async with aduan.http() as http, aduan.http() as other:
        (form,) = forms_of((await other.get("/login.php")).text)
        for tok in ("", form.fields["tok"]):
            assert (await try_with(http, "siti.peraga", "rahasia", tok=tok)).status_code == 200
            assert (await http.get("/beranda.php")).status_code == 302


async def test_signing_in_gives_a_fresh_session_and_signing_out_ends_it() -> None:
    async with house("aduan-warga").http() as http:
        await http.get("/login.php")
        before = http.cookies["PHPSESSID"]
        await try_with(http, "siti.peraga", "rahasia")
        inside = http.cookies["PHPSESSID"]
        assert before != inside and (await http.get("/")).status_code == 200
        await http.get("/logout.php")
        http.cookies.set("PHPSESSID", inside)
        assert (await http.get("/")).status_code == 302


def test_the_hashes_of_the_data_are_those_of_its_password() -> None:
    for kept in ("*3E5287812B7D1F947439AC45E73935377A3ADEF7", "747fc82325405198"):
        assert fits("rahasia", kept) and not fits("rahasib", kept)


def test_an_account_that_several_share_is_nobodys() -> None:
    assert older_accounts("aduan-warga") == {"siti": "siti.peraga", "wagiyem": "wagiyem", "yanto": "yanto84", "gapurawan": "gapurawan"}
