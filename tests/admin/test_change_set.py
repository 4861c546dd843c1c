"""Connectors as files: exported, planned without writing, applied together; references that lead nowhere refuse everything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from admin.actions.change_set import MOST_FILES
from admin.errors import Changed, Invalid
from admin.operator import LOCAL
from connectors.contract import random_key
from connectors.definition import Definition
from connectors.definition_file import BadFile, read_text, text_of
from idp.people.models import Role
from kit.audit import AuditEvent
from tests.admin.connectors import REGISTER, SETTINGS, WHOLE, begun, published
from tests.admin.operators import working
from tests.site import Site

KEY = "SIMPEG_TICKET_KEY"


def file_of(name: str = "simpeg-uji", **more: Any) -> dict[str, str]:
    register = {**REGISTER, "name": {"id": name}}
    whole = {**WHOLE, "id": name, "application": name, "managed": "files", "secrets": {"key": f"env:{KEY}"}, "register": register, **more}
    return {f"{name}.yaml": text_of(Definition.model_validate(whole))}


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    value = random_key()
    monkeypatch.setenv(KEY, value)
    return value


leaf = st.text(max_size=20) | st.integers(-(10**12), 10**12) | st.booleans() | st.none() | st.floats(allow_nan=False, allow_infinity=False)
odd = st.sampled_from(["no", "2026-11-24", "12:30", "0x1f", "010", "null", "~", "", "1e5", "a: b", "# x", "a\nb\n", " x", "x ", "\x85"])
value = st.recursive(
    leaf | odd, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3), max_leaves=6
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.text(min_size=1, max_size=8), value, max_size=4), st.text(max_size=40))
def test_fi_1_what_is_written_is_read_back_and_written_the_same(said: dict[str, Any], words: str) -> None:
    text = text_of(Definition.model_validate({"kind": "ticket", "settings": said, "purpose": {"id": words}}))
    assert text_of(read_text(text)) == text
    assert read_text(text).settings == said


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb: *x",
        "kind: a\nkind: b",
        "!!python/object:os.system x",
        "kind: [",
        "- 1",
        "1: 2",
        "[" * 5000,
        "x" * 200_000,
        "kind: !!str a",
        'settings: {a: "\\uD800"}',
        'settings: {"\\uD800": a}',
        "settings: {a: [1.0e+999]}",
        'agency: "A\\0"',
    ],
)
def test_what_two_programs_could_read_differently_is_not_read(text: str) -> None:
    with pytest.raises(BadFile):
        read_text(text)


def test_words_that_only_look_like_something_else_stay_words() -> None:
    assert read_text("settings: {a: 2026-11-24, b: no, c: 0x1f, d: 12:30}").settings == {
        "a": "2026-11-24",
        "b": "no",
        "c": "0x1f",
        "d": "12:30",
    }


LIFETIMES = st.integers(10, 120)
ROWS = st.lists(st.sampled_from(["name", "email", "kecamatan"]), unique=True, max_size=3)


async def test_fi_1_export_apply_export_is_byte_identical(site: Site, key: str) -> None:
    changes = site.house.admin.actions.change_sets
    await changes.apply(LOCAL, file_of(), reason="Konektor baru")
    names = iter(range(10_000))

    async def round_trip(lifetime: int, claims: list[str], words: str, fmt: str) -> None:
        rows = [{"claim": claim, "field": f"f{n}", "transform": "trim"} for n, claim in enumerate(claims)]
        own = {**SETTINGS, "lifetime": lifetime, "fields": rows, "format": fmt}
        changed = file_of(settings=own, purpose={"id": f"Masuk {next(names)} {words}"})
        changed.pop("register", None)
        await changes.apply(LOCAL, changed, reason="Perubahan isi")
        first = await changes.export(LOCAL)
        plan, done = await changes.apply(LOCAL, first)
        assert (plan.changes, done) == (False, [])
        assert await changes.export(LOCAL) == first
        assert first["simpeg-uji.yaml"] == text_of(read_text(first["simpeg-uji.yaml"]))

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(LIFETIMES, ROWS, st.text(max_size=30), st.sampled_from(["jwt_hs256", "hmac_query", "aes_wrapped"]))
    def cases(lifetime: int, claims: list[str], words: str, fmt: str) -> None:
        drawn.append((lifetime, claims, words.strip(), fmt))

    drawn: list[tuple[int, list[str], str, str]] = []
    cases()
    for one in drawn:
        await round_trip(*one)


async def test_fi_1_an_export_names_secrets_and_holds_none_and_no_time(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    await published(site, operator)
    text = (await site.house.admin.actions.change_sets.export(LOCAL))["simpeg-uji.yaml"]
    secret = site.house.registry.now.connectors["simpeg-uji"].secrets["key"][0].value
    assert "key: vault:key" in text and secret not in text and str(site.clock.now())[:6] not in text


async def test_pb_5_files_are_applied_together_or_not_at_all(site: Site, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = site.house.admin.actions.change_sets
    other = {**SETTINGS, "base_url": "https://lain.example.id", "arrive_url": "https://lain.example.id/sso"}
    monkeypatch.setenv("LAIN_TICKET_KEY", random_key())
    good = file_of("lain-uji", settings=other, secrets={"key": "env:LAIN_TICKET_KEY"})
    bad = file_of(settings={**SETTINGS, "lifetime": 5})
    with pytest.raises(Invalid) as refused:
        await changes.apply(LOCAL, {**good, **bad}, reason="Dua sekaligus")
    assert [one.field for one in refused.value.problems] == ["simpeg-uji.yaml: settings.lifetime"]
    assert "lain-uji" not in site.house.registry.now.applications and "lain-uji" not in await site.resources.stores.connector_secrets.all()
    plan, done = await changes.apply(LOCAL, {**good, **file_of()}, reason="Dua sekaligus")
    assert [item.action for item in plan.items] == ["new", "new"] and [one.revision for one in done] == [1, 1]
    assert {"lain-uji", "simpeg-uji"} <= set(site.house.registry.now.connectors)


async def test_sm_19_two_files_of_one_change_cannot_share_a_name(site: Site, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAIN_TICKET_KEY", random_key())
    changes, secrets = site.house.admin.actions.change_sets, {"key": "env:LAIN_TICKET_KEY"}
    with pytest.raises(Invalid) as refused:
        await changes.apply(LOCAL, {**file_of("lain-uji", secrets=secrets), **file_of()}, reason="Dua sekaligus")
    assert [(one.field.rpartition(": ")[2], one.code) for one in refused.value.problems] == [("settings", "taken")]
    assert not {"lain-uji", "simpeg-uji"} & set(site.house.registry.now.connectors)
    other = {**SETTINGS, "audience": "lain", "arrive_url": "https://simpeg.example.id/lain"}
    await changes.apply(LOCAL, {**file_of("lain-uji", secrets=secrets, settings=other), **file_of()}, reason="Dua sekaligus")
    assert {"lain-uji", "simpeg-uji"} <= set(site.house.registry.now.connectors)


async def test_ti_02_two_files_of_one_change_cannot_share_a_secret(site: Site, key: str) -> None:
    other = {**SETTINGS, "base_url": "https://lain.example.id", "arrive_url": "https://lain.example.id/sso"}
    with pytest.raises(Invalid) as refused:
        await site.house.admin.actions.change_sets.plan(LOCAL, {**file_of("lain-uji", settings=other), **file_of()})
    assert [one.code for one in refused.value.problems] == ["shared"]


async def test_pb_7_a_plan_says_what_would_change_and_a_second_apply_changes_nothing(site: Site, key: str) -> None:
    changes = site.house.admin.actions.change_sets
    plan = await changes.plan(LOCAL, file_of())
    assert plan.changes and plan.items[0].action == "new" and "simpeg-uji" not in site.house.registry.now.connectors
    await changes.apply(LOCAL, file_of(), reason="Konektor baru")
    assert not (await changes.plan(LOCAL, file_of())).changes
    longer = file_of(settings={**SETTINGS, "lifetime": 90})
    (item,) = (await changes.plan(LOCAL, longer)).items
    assert (item.action, item.dangers, [one.field for one in item.changes]) == ("change", ("longer",), ["settings.lifetime"])
    with pytest.raises(Invalid) as refused:
        await changes.apply(LOCAL, longer)
    assert [one.code for one in refused.value.problems] == ["reason"]


async def test_pb_8_what_cannot_be_compared_refuses_the_plan(site: Site, key: str) -> None:
    changes = site.house.admin.actions.change_sets
    await changes.apply(LOCAL, file_of(), reason="Konektor baru")
    for wrong in (
        {"simpeg-uji.yaml": "kind: ["},
        file_of(settings={"x": 1}),
        file_of(kind="mesin-waktu"),
        {**file_of(), "b.yaml": file_of()["simpeg-uji.yaml"]},
    ):
        with pytest.raises(Invalid) as refused:
            await changes.plan(LOCAL, wrong)
        assert all(one.field.partition(":")[0].endswith(".yaml") for one in refused.value.problems)


async def test_sk_4_a_reference_that_leads_nowhere_refuses_the_import(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    changes = site.house.admin.actions.change_sets
    monkeypatch.setenv("EMPTY_TICKET_KEY", "")
    for reference in (
        f"env:{KEY}",
        "env:EMPTY_TICKET_KEY",
        f"file:{tmp_path}/tidak-ada",
        f"file:{tmp_path}",
        "vault:key",
        "rahasia itu sendiri",
    ):
        with pytest.raises(Invalid) as refused:
            await changes.apply(LOCAL, file_of(secrets={"key": reference}), reason="Konektor baru")
        assert {one.field for one in refused.value.problems} == {"simpeg-uji.yaml: secrets.key"}, reference
    assert "simpeg-uji" not in site.house.registry.now.connectors
    (tmp_path / "kunci").write_text(random_key() + "\n")
    _, done = await changes.apply(LOCAL, file_of(secrets={"key": f"file:{tmp_path}/kunci"}), reason="Konektor baru")
    assert done[0].revision == 1


async def test_sk_4_a_secret_is_a_file_of_a_secrets_size_and_no_pipe(site: Site, tmp_path: Path) -> None:  # SK-4
    large, pipe = tmp_path / "besar", tmp_path / "pipa"
    large.write_text("k" * 70_000)
    os.mkfifo(pipe)
    held = os.open(pipe, os.O_RDWR)
    os.write(held, random_key().encode())
    for path in (large, pipe, tmp_path, Path("/dev/zero")):
        with pytest.raises(Invalid) as refused:
            await site.house.admin.actions.change_sets.plan(LOCAL, file_of(secrets={"key": f"file:{path}"}))
        assert [one.code for one in refused.value.problems] == ["unresolved"], path
    os.close(held)
    with pytest.raises(Invalid):
        await site.house.admin.actions.change_sets.plan(LOCAL, file_of(secrets={"key": f"file:{pipe}"}))


async def test_a_directory_holds_no_more_files_than_one_change_may_have(site: Site) -> None:
    with pytest.raises(Invalid) as refused:
        await site.house.admin.actions.change_sets.plan(LOCAL, {f"{n}.yaml": "" for n in range(MOST_FILES + 1)})
    assert [(one.field, one.code) for one in refused.value.problems] == [("directory", "too_many")]


async def test_sk_4_through_the_network_nobody_has_this_machine_read_its_own_files(site: Site, key: str) -> None:
    operator = await working(site, Role.SUPER_ADMIN)
    lifecycle = site.house.admin.actions.lifecycle
    draft = await begun(site, operator)
    for reference in (f"env:{KEY}", "file:/etc/passwd"):
        with pytest.raises(Invalid) as refused:
            await lifecycle.save(operator, draft.id, {"secrets": {"key": reference}}, based_on=draft.version)
        assert [one.code for one in refused.value.problems] == ["not_here"]
    with pytest.raises(Invalid) as refused:
        await site.house.admin.actions.change_sets.apply(operator, file_of(), reason="Konektor baru")
    assert "not_here" in {one.code for one in refused.value.problems}


async def test_ti_05_a_new_value_behind_a_reference_is_a_change_and_the_former_one_ends_later(
    site: Site, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = site.house.admin.actions.change_sets
    await changes.apply(LOCAL, file_of(), reason="Konektor baru")
    monkeypatch.setenv(KEY, random_key())
    plan, _ = await changes.apply(LOCAL, file_of())
    assert [one.field for one in plan.items[0].changes] == ["secrets.key"]
    newest, former = site.house.registry.now.connectors["simpeg-uji"].secrets["key"]
    assert (newest.until, former.until, former.value) == (0, site.clock.now() + 86_400, key)
    rows = await site.resources.stores.audit.search(event=AuditEvent.CONNECTOR_SECRET_CHANGED)
    assert len(rows) == 2 and key not in str(rows) and newest.value not in str(rows)


async def test_fi_2_files_do_not_take_a_connector_of_the_console_in_passing(site: Site, key: str) -> None:
    operator = await working(site, Role.OPERATOR)
    actions = site.house.admin.actions
    await published(site, operator)
    exported = await actions.change_sets.export(LOCAL)
    assert not (await actions.change_sets.plan(LOCAL, exported)).changes, "a file that says what stands is no trouble"
    longer = exported["simpeg-uji.yaml"].replace("Masuk ke SIMPEG", "Masuk ke SIMPEG baru")
    for text in (longer, longer.replace("purpose:", "managed: files\npurpose:")):
        with pytest.raises(Invalid) as refused:
            await actions.change_sets.plan(LOCAL, {"simpeg-uji.yaml": text})
        assert [one.field for one in refused.value.problems] == ["simpeg-uji.yaml: managed"]
    await actions.lifecycle.own(LOCAL, "simpeg-uji", "files", reason="Dikelola lewat berkas")
    _, done = await actions.change_sets.apply(LOCAL, {"simpeg-uji.yaml": longer.replace("purpose:", "managed: files\npurpose:")})
    assert done[0].revision == 3 and actions.change_sets.publishing is not None
    assert (await actions.change_sets.plan(LOCAL, {})).without_file == ("simpeg-uji",)


async def test_a_conflict_at_the_last_moment_leaves_nothing(site: Site, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = site.house.admin.actions.change_sets
    await changes.apply(LOCAL, file_of(), reason="Konektor baru")
    steps = changes.publishing
    step = await steps.step(read_text(file_of(contact="Bidang A")["simpeg-uji.yaml"]))
    await changes.apply(LOCAL, file_of(contact="Bidang B"))
    with pytest.raises(Changed):
        await steps.publish(LOCAL, [step])
    assert (await site.house.admin.actions.lifecycle.definition(LOCAL, "simpeg-uji")).contact == "Bidang B"
