"""The pages of the room consent and the walks to their states: one for each legal basis, what is new, what changed meanwhile, refusal."""

from __future__ import annotations

import httpx

from consent.models import Basis, Purpose
from tests.browser.lives import BAYU, SITI, WAGIYEM, answer
from tests.browser.stage import Page, Stage, Walk, drawn
from tests.idp.consent.texts import both, publish, purpose

SMALL_BUSINESS = "openid name nik kecamatan phone_number nib"
QUEUE = "openid layanan:antrean-puskesmas name nik birthdate bpjs_number phone_number"
AID = "openid layanan:alat-bantu-disabilitas name nik address disability phone_number"
LIBRARY = "openid name birthdate address phone_number email"
ACT = (
    '[{"type": "izin_usaha", "actions": ["read", "submit"], "datatypes": ["NIB", "KBLI"], "identifier": "NIB 0220001112223",'
    ' "locations": ["https://perizinan.trenggalekkab.example/api"], "biaya": {"nilai": "150000", "mata_uang": "IDR"}}]'
)
LETTER = "openid layanan:sktm name nik no_kk address phone_number"


def _asked(application: str, scope: str, account: str, more: str = "") -> Walk:
    """Return a walk to the consent page of the application; `more` is its query."""

    async def walk(stage: Stage) -> httpx.Response:
        party = await stage.party(application, scope, await stage.signed_in(account))
        page: httpx.Response = await party.start()
        assert page.status_code == 200, (page.status_code, page.headers.get("location"))
        return await party.browser.go(page.request.url.path + more) if more else page

    return walk


def _answered(application: str, scope: str, account: str, **values: str) -> Walk:
    """Return a walk that posts the consent page with these fields."""

    async def walk(stage: Stage) -> httpx.Response:
        party = await stage.party(application, scope, await stage.signed_in(account))
        await party.start()
        return await party.browser.submit(**values)  # type: ignore[no-any-return]

    return walk


def _asking_to_act(application: str, scope: str, account: str) -> Walk:
    """Return a walk to the consent page of an application that asks to do something, too. RFC 9396."""

    async def walk(stage: Stage) -> httpx.Response:
        from tests.site import register, test_client

        party = await stage.party(application, scope, await stage.signed_in(account))
        types = frozenset({"izin_usaha"})
        values = {"client_id": party.client_id, "scopes": frozenset(scope.split()), "authorization_details_types": types}
        await register(await stage.site(), test_client(application, **values))
        return await party.start(authorization_details=ACT)  # type: ignore[no-any-return]

    return walk


def _renewed(service: str, before: tuple[Purpose, ...], after: tuple[Purpose, ...], application: str = "petung-dadi") -> Walk:
    """Return a walk to the page of a service whose text was changed since Siti agreed to all of it."""

    async def walk(stage: Stage) -> httpx.Response:
        site = await stage.site()
        if site.house.registry.now.notice_for(service).version != "9.1":
            old = await publish(site, *before, version="9.0", service=service, application=application)
            await answer(site, "demo-siti", old.id, site.clock.now() - 86400, {one.id for one in before})
            await publish(site, *after, version="9.1", service=service, application=application)
        wanted = f"openid layanan:{service} name nik phone_number email kecamatan"
        return await _asked(application, wanted, SITI)(stage)  # type: ignore[no-any-return]

    return walk


DUTY = purpose("catat", "name", "nik", basis=Basis.LEGAL_DUTY, required=True)
LONGER = purpose("catat", "name", "nik", basis=Basis.LEGAL_DUTY, required=True, retention=both("10 tahun"))
NEWS = purpose("kabar", "phone_number")
CONSENT: tuple[Page, ...] = (
    Page(
        "idp/consent.html",
        "A",
        {
            "usual": _asked("usaha-kecil", SMALL_BUSINESS, WAGIYEM),
            "revealed": _asked("usaha-kecil", SMALL_BUSINESS, WAGIYEM, "?tampil=nik"),
            "not-verified": _asked("usaha-kecil", SMALL_BUSINESS, BAYU),
            "task": _asked("e-link", QUEUE, WAGIYEM),
            "new": _asked("e-link", QUEUE, SITI),
            "contract": _asked("perpustakaan", LIBRARY, WAGIYEM),
            "task-and-consent": _asked("layanan-sosial", AID, WAGIYEM),
            "letter": _asked("petung-dadi", LETTER, WAGIYEM),
            "specific": _answered("e-link", QUEUE, WAGIYEM, button="setuju"),
            "specific-needed": _answered("layanan-sosial", AID, WAGIYEM, button="lanjutkan"),
            "vital": _renewed("surat-domisili", (NEWS,), (purpose("catat", "name", basis=Basis.VITAL_INTEREST, required=True), NEWS)),
            "difference": _renewed(
                "pengantar-skck", (DUTY, NEWS, purpose("wilayah", "kecamatan")), (LONGER, purpose("kabar", "phone_number", "email"))
            ),
            "less": _renewed("kartu-keluarga", (DUTY, NEWS), (DUTY,), application="adminduk"),
            "to-act": _asking_to_act("usaha-kecil", SMALL_BUSINESS, WAGIYEM),
            "changed": _answered("usaha-kecil", SMALL_BUSINESS, WAGIYEM, jawab="setuju", teks="0"),
        },
    ),
    Page("idp/consent-refuse.html", "A", {"usual": _answered("usaha-kecil", SMALL_BUSINESS, WAGIYEM, button="tidak", jawab="tidak")}),
    Page(
        "idp/form-post.html",
        "A",
        {"usual": drawn("idp/form-post.html", {"target": "http://localhost:8001/kembali", "parameters": {"code": "c", "state": "s"}})},
    ),
)
