"""The provider's pages: sign-in, the second step, choosing an account, signing out, and every message of the error page."""

from __future__ import annotations

from typing import Any

import httpx
from starlette.responses import Response

from idp.errors import UnknownRedirectUri
from idp.registration.links import ClientLinks
from idp.signout.service import Outcome, Result, SignOutReport
from tests.browser.stage import Page, Stage, Walk, drawn
from tests.browser.studio import APPLICATION, INTERACTION, NOW, PERSON, request
from tests.site import SITI

SIGNED_OUT: dict[str, Any] = {"report": None, "way_back": None, "application": None, "frames": (), "onward": None}
MESSAGES = (
    "expired",
    "finished",
    "lost_cookie",
    "not_genuine",
    "bad_form",
    "application_disabled",
    "account_unusable",
    "not_verified",
    "staff_only",
    "minor",
    "age_unknown",
    "no_notice",
    "no_second_step",
    "no_username",
    "not_found",
    "method_not_allowed",
    "too_large",
    "too_many",
    "unavailable",
    "forbidden",
    "broken",
)


def _sign_in(error: str = "", **changes: Any) -> Walk:
    context = {
        "interaction": INTERACTION,
        "application": APPLICATION,
        "service": None,
        "agency": None,
        "way_back": APPLICATION.home_url,
        "links": ClientLinks(),
        "why": "",
        "person": None,
        "typed": "3503115203889001" if error in ("wrong", "wait") else "",
        "error": error,
        "errors": [error] if error else [],
        "until": NOW + 900 if error == "wait" else 0,
        **changes,
    }
    return drawn("idp/sign-in.html", context, 429 if error == "wait" else 200)


def _second(error: str = "", **changes: Any) -> Walk:
    context = {
        "interaction": INTERACTION,
        "application": APPLICATION,
        "error": error,
        "errors": [error] if error else [],
        "until": NOW + 900,
        "sandbox": False,
        **changes,
    }
    return drawn("idp/second-step.html", context)


def _device(error: str = "") -> Walk:
    context = {"typed": "WDJB-MJHT" if error == "unknown" else "", "error": error, "errors": [error] if error else [], "until": NOW + 600}
    return drawn("idp/device.html", context, 429 if error == "wait" else 200)


def _confirm(**changes: Any) -> Walk:
    context = {"code": "WDJB-MJHT", "proof": "x" * 22, "application": APPLICATION, "service": None, "agency": None, "ends": NOW + 540}
    return drawn("idp/device-confirm.html", {**context, **changes})


def _message(kind: str, application: Any = APPLICATION) -> Walk:
    async def walk(stage: Stage) -> Response:
        return stage.studio.errors().message(request(stage.language), kind, application=application)

    return walk


async def _oauth(stage: Stage) -> Response:
    error = UnknownRedirectUri("redirect_uri is not registered for this client", param="redirect_uri")
    received = {"redirect_uri": "http://antrean.example.id/cb?" + "x" * 120}
    return stage.studio.errors().oauth(request(stage.language), error, received=received)


async def _left(stage: Stage) -> httpx.Response:
    """Sign out in a browser that had also opened an application."""
    browser = await stage.signed_in(SITI)
    party = await stage.party("usaha-kecil", "openid name nik kecamatan phone_number", browser)
    page = await party.start()
    assert page.headers.get("location", "").startswith(party.redirect_uri), "the consent is in force"
    await browser.go("/keluar")
    return await browser.submit(hapus="")


IDP: tuple[Page, ...] = (
    Page(
        "idp/sign-in.html",
        "A",
        {
            "usual": _sign_in(),
            "empty": _sign_in("empty"),
            "wrong": _sign_in("wrong"),
            "wait": _sign_in("wait"),
            "fresh": _sign_in(why="fresh", person=PERSON, typed="siti@example.id"),
            "specific": _sign_in(why="specific", person=PERSON),
            "links": _sign_in(links=ClientLinks("https://rp.example/", "https://rp.example/kebijakan", "https://rp.example/syarat")),
            "portal": _sign_in(application=None, way_back=None),
        },
    ),
    Page(
        "idp/second-step.html", "A", {"usual": _second(), "wrong": _second("wrong"), "wait": _second("wait"), "demo": _second(sandbox=True)}
    ),
    Page("idp/device.html", "A", {"usual": _device(), "unknown": _device("unknown"), "empty": _device("empty"), "wait": _device("wait")}),
    Page("idp/device-confirm.html", "A", {"usual": _confirm()}),
    Page(
        "idp/device-done.html",
        "A",
        {one: drawn("idp/device-done.html", {"outcome": one, "application": APPLICATION}) for one in ("ok", "no", "late")},
    ),
    Page(
        "idp/continue-as.html",
        "A",
        {
            "usual": drawn("idp/continue-as.html", {"interaction": INTERACTION, "person": PERSON, "application": APPLICATION}),
            "portal": drawn("idp/continue-as.html", {"interaction": INTERACTION, "person": PERSON, "application": None}),
        },
    ),
    Page("idp/sign-out.html", "A", {"usual": drawn("idp/sign-out.html", {"parameters": {"state": "s", "client_id": "usaha-kecil"}})}),
    Page(
        "idp/signed-out.html",
        "A",
        {
            "usual": drawn("idp/signed-out.html", {**SIGNED_OUT}),
            "left": _left,
            "ended": drawn(
                "idp/signed-out.html",
                {**SIGNED_OUT, "report": SignOutReport((Outcome(APPLICATION, Result.ENDED),))},
            ),
            "waiting": drawn(
                "idp/signed-out.html",
                {**SIGNED_OUT, "report": SignOutReport((Outcome(APPLICATION, Result.WAITING),))},
            ),
            "asked": drawn(
                "idp/signed-out.html",
                {**SIGNED_OUT, "report": SignOutReport((Outcome(APPLICATION, Result.ASKED),))},
            ),
            "way-back": drawn("idp/signed-out.html", {**SIGNED_OUT, "way_back": APPLICATION.home_url, "application": APPLICATION}),
        },
    ),
    Page(
        "idp/error.html",
        "A",
        {"oauth": _oauth, **{kind: _message(kind) for kind in MESSAGES}, "broken-alone": _message("broken", None)},
    ),
)
