"""The life of connectors on the console: the catalogue, the wizard's seven steps in good and bad states, the parts of one connector."""

from __future__ import annotations

import re
from typing import Any

import httpx

from admin.errors import Changed
from admin.operator import LOCAL
from tests.browser.stage import Page, Stage, Walk
from tests.forms import forms_of

DRAFTS = "/admin/konektor/draf"
PURPOSES = [{"title": {"id": "Melihat antrean rawat jalan"}, "basis": "consent", "required": True, "claims": ["name", "birthdate"]}]
FIELDS = [
    {"claim": "name", "field": "nama", "transform": "upper_ascii"},
    {"claim": "birthdate", "field": "tgl_lahir", "transform": "date_dmy"},
]
FULL: dict[str, Any] = {
    "application": "antrean-lama",
    "agency": "DINKES",
    "purpose": {"id": "Petugas melihat antrean rawat jalan.", "en": "Staff see the queue of the day."},
    "legal_basis": "Perbup 12/2024 Pasal 4",
    "contact": "Bidang TI Dinas Kesehatan, (0355) 791 000",
    "classification": "restricted",
    "settings": {
        "base_url": "https://antrean.trenggalekkab.go.id",
        "arrive_url": "https://antrean.trenggalekkab.go.id/sso/masuk",
        "fields": FIELDS,
    },
    "register": {"name": {"id": "Antrean Lama"}, "audience": "citizen", "notice": {"purposes": PURPOSES}},
}
BROKEN = [*FIELDS, {"claim": "gender", "field": "sapaan", "transform": "date_dmy"}, {"claim": "name", "field": "", "transform": "digits"}]


async def _draft(stage: Stage, name: str, kind: str = "ticket", **content: Any) -> str:
    """Return the address of a draft that says this, made at the first walk that needs it."""
    lifecycle = (await stage.site()).house.admin.actions.lifecycle
    kept = next((one for one in await lifecycle.drafts(LOCAL) if one.definition.id == name), None)
    if kept is None:
        begun = await lifecycle.begin(LOCAL, kind=kind)
        kept = await lifecycle.save(LOCAL, begun.id, {"id": name, **content}, based_on=begun.version)
        if kind == "ticket" and content:
            await lifecycle.make_secret(LOCAL, name, "key", overlap=0)
    return f"{DRAFTS}/{kept.id}"


def _step(path: str, name: str = "antrean-lama", kind: str = "ticket", **content: Any) -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        at = await _draft(stage, name, kind, **({**FULL, "application": name, **content} if content.pop("filled", True) else {}))
        return await (await stage.operator()).go(f"{at}/{path}")

    return walk


def _form_of(page: httpx.Response, field: str) -> int:
    """Return which form of the page has this field."""
    return next(n for n, form in enumerate(forms_of(page.text)) if field in form.fields)


def _wrong(path: str, *, filled: bool = False, **typed: str) -> Walk:
    """Send a step's form as it stands with these values; the page that comes names field and fix."""

    async def walk(stage: Stage) -> httpx.Response:
        content = FULL if filled else {}
        at = await _draft(stage, "antrean-lama" if filled else "belum-jadi", **content)
        operator = await stage.operator()
        page = await operator.go(f"{at}/{path}")
        return await operator.submit(form=_form_of(page, "_version"), **typed)

    return walk


async def _broken_rows(stage: Stage) -> httpx.Response:
    settings = {**FULL["settings"], "fields": BROKEN}
    at = await _draft(stage, "peta-rusak", **{**FULL, "application": "peta-rusak", "settings": settings})
    operator = await stage.operator()
    await operator.go(f"{at}/pemetaan")
    return await operator.go(f"{at}/pemetaan?warga=joko")


async def _probed(stage: Stage) -> httpx.Response:
    """A host that does not exist: the test stops at the first step, with its fix."""
    settings = {**FULL["settings"], "base_url": "https://tidak-ada.invalid", "arrive_url": "https://tidak-ada.invalid/sso/masuk"}
    at = await _draft(stage, "alamat-salah", **{**FULL, "application": "alamat-salah", "settings": settings})
    operator = await stage.operator()
    await operator.go(f"{at}/sambungan")
    return await operator.submit(form=-1)


async def _merging(stage: Stage) -> httpx.Response:
    """Somebody else keeps another contact while the form is open."""
    at = await _draft(stage, "dua-orang", **{**FULL, "application": "dua-orang"})
    operator = await stage.operator()
    page = await operator.go(f"{at}/tujuan")
    lifecycle = (await stage.site()).house.admin.actions.lifecycle
    kept = await lifecycle.draft(LOCAL, at.rsplit("/", 1)[1])
    await lifecycle.save(LOCAL, kept.id, {"contact": f"Sekretariat, (0355) 791 00{kept.version}"}, based_on=kept.version)
    return await operator.submit(form=_form_of(page, "_version"), contact="Bidang TI, (0355) 791 111", _where="new", agency="DINKES")


async def _published(stage: Stage) -> str:
    """Return the address of a connector with two revisions."""
    lifecycle = (await stage.site()).house.admin.actions.lifecycle
    if "terbit-lama" not in (await stage.site()).house.registry.now.connectors:
        at = await _draft(stage, "terbit-lama", **{**FULL, "application": "terbit-lama"})
        draft = await lifecycle.draft(LOCAL, at.rsplit("/", 1)[1])
        await lifecycle.publish(LOCAL, draft.id, based_on=draft.version, reason="Pemasangan pertama")
        again = await lifecycle.begin(LOCAL, connector="terbit-lama")
        settings = {**again.definition.settings, "fields": FIELDS[:1], "lifetime": 90}
        changed = await lifecycle.save(LOCAL, again.id, {"settings": settings}, based_on=again.version)
        await lifecycle.publish(LOCAL, again.id, based_on=changed.version, reason="Tanggal lahir tidak lagi diperlukan")
    return "/admin/konektor/terbit-lama"


def _part(rest: str = "") -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        return await (await stage.operator()).go(await _published(stage) + rest)

    return walk


async def _part_probed(stage: Stage) -> httpx.Response:
    operator = await stage.operator()
    await operator.go(await _published(stage) + "/uji")
    return await operator.submit(form=-1)


async def _overtaken(stage: Stage) -> httpx.Response:
    """Publish a draft whose connector somebody else published meanwhile."""
    site, path = await stage.site(), await _published(stage)
    lifecycle = site.house.admin.actions.lifecycle
    draft = await lifecycle.begin(LOCAL, connector="terbit-lama")
    draft = await lifecycle.save(LOCAL, draft.id, {"contact": "Bidang TI, (0355) 791 222"}, based_on=draft.version)
    stands = (await lifecycle.revisions(LOCAL, "terbit-lama"))[0].number
    await lifecycle.restore(LOCAL, "terbit-lama", 1, based_on=stands, reason="Uji coba dua orang")
    operator = await stage.operator()
    await operator.go(f"{DRAFTS}/{draft.id}/terbitkan")
    page = await _proved(stage, await operator.submit(form=-1, reason="Kontak baru"))
    kept = await lifecycle.draft(LOCAL, draft.id)
    try:
        await lifecycle.discard(LOCAL, draft.id, based_on=kept.version)
    except Changed as error:
        raise AssertionError(path) from error
    return page


async def _proved(stage: Stage, page: httpx.Response) -> httpx.Response:
    """Give password and code where they are asked for once more."""
    from tests.site import CODE, PASSWORD

    if page.url.path.startswith("/admin/konfirmasi/"):
        return await (await stage.operator()).submit(form=-1, password=PASSWORD, code=CODE)
    return page


def _secret(press: str = "") -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        operator = await stage.operator()
        page = await _proved(stage, await operator.go(await _published(stage) + "/kunci/key"))
        if not press:
            return page
        return await _proved(
            stage, await operator.submit(button=press, overlap="3600", **({"value": "terlalu-lemah"} if press == "set" else {}))
        )

    return walk


def _by_files(typed: str = "") -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        site = await stage.site()
        lifecycle = site.house.admin.actions.lifecycle
        await lifecycle.own(LOCAL, "rsud-daftar", "files", reason="Dikelola tim infrastruktur")
        operator = await stage.operator()
        page = await operator.go("/admin/konektor/rsud-daftar/ubah")
        if typed:
            text = await _text_of(lifecycle)
            page = await operator.submit(button="show", text=text if typed == "changed" else "kind: [", _do="show")
        await lifecycle.own(LOCAL, "rsud-daftar", "console", reason="Kembali ke konsol")
        return page

    return walk


async def _text_of(lifecycle: Any) -> str:
    from connectors.definition_file import text_of

    return (
        re.sub(r"start_path: .*", "start_path: /daftar", text_of(await lifecycle.definition(LOCAL, "rsud-daftar"))) + "contact: Bidang TI\n"
    )


def _at(path: str) -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        return await (await stage.operator()).go(path)

    return walk


CONNECTORS: tuple[Page, ...] = (
    Page("admin/connectors/list.html", "C", {"usual": _at("/admin/konektor")}),
    Page("admin/connectors/catalogue.html", "C", {"usual": _at("/admin/konektor/katalog")}),
    Page("admin/connectors/choose.html", "C", {"usual": _step("pilih"), "wrong": _wrong("pilih", id="Bukan ID")}),
    Page(
        "admin/connectors/purpose.html",
        "C",
        {"usual": _step("tujuan"), "wrong": _wrong("tujuan", _where="new", contact="")},
    ),
    Page(
        "admin/connectors/connection.html",
        "C",
        {
            "usual": _step("sambungan"),
            "wrong": _wrong("sambungan", **{"settings.base_url": "http://antrean.example.id/"}),
            "probed": _probed,
            "api": _step("sambungan", "panggil-bpjs", "hmac_headers", filled=False),
        },
    ),
    Page("admin/connectors/mapping.html", "C", {"usual": _step("pemetaan"), "wrong": _broken_rows}),
    Page("admin/connectors/try.html", "C", {"usual": _step("coba"), "unfinished": _step("coba", "belum-jadi", filled=False)}),
    Page("admin/connectors/review.html", "C", {"usual": _step("tinjau"), "unfinished": _step("tinjau", "belum-jadi", filled=False)}),
    Page("admin/connectors/publish.html", "C", {"usual": _step("terbitkan"), "unfinished": _step("terbitkan", "belum-jadi", filled=False)}),
    Page("admin/connectors/yaml.html", "C", {"usual": _step("yaml"), "wrong": _wrong("yaml", filled=True, text="kind: [")}),
    Page("admin/connectors/discard.html", "C", {"usual": _step("buang")}),
    Page("admin/connectors/merge.html", "C", {"usual": _merging}),
    Page("admin/connectors/overtaken.html", "C", {"usual": _overtaken}),
    Page(
        "admin/connectors/connector.html",
        "C",
        {"usual": _part(), "published": _part("?terbit=2"), "gate": _at("/admin/konektor/rsud-daftar")},
    ),
    Page("admin/connectors/mapped.html", "C", {"usual": _part("/pemetaan")}),
    Page("admin/connectors/probe.html", "C", {"usual": _part("/uji"), "run": _part_probed}),
    Page("admin/connectors/tried.html", "C", {"usual": _part("/coba")}),
    Page("admin/connectors/secrets.html", "C", {"usual": _part("/kunci")}),
    Page("admin/connectors/secret.html", "C", {"usual": _secret(), "made": _secret("make"), "weak": _secret("set")}),
    Page("admin/connectors/revisions.html", "C", {"usual": _part("/riwayat"), "compared": _part("/riwayat?dari=1&ke=2")}),
    Page("admin/connectors/revision.html", "C", {"usual": _part("/riwayat/2")}),
    Page("admin/connectors/restore.html", "C", {"usual": _part("/riwayat/1/kembali")}),
    Page(
        "admin/connectors/edit.html",
        "C",
        {"usual": _part("/ubah"), "files": _by_files(), "patch": _by_files("changed"), "wrong": _by_files("bad")},
    ),
)
