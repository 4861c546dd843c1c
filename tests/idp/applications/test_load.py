"""The registry in memory: everything that is registered, and a broken row takes nothing else down."""

from __future__ import annotations

from dataclasses import replace

from structlog.testing import capture_logs

from idp.applications.load import load_snapshot
from idp.applications.models import ConnectorRow
from idp.applications.registry import Snapshot
from tests.idp.samples import a_service, a_snapshot, an_agency, an_application
from tests.site import Site


async def loaded(site: Site) -> Snapshot:
    return await load_snapshot(site.resources.stores.registry, site.resources.stores.notices)


async def test_services_stand_in_the_order_of_the_catalogue_under_their_application(site: Site) -> None:
    snapshot = await loaded(site)
    assert len(snapshot.services) > 10
    for application, services in snapshot.by_application.items():
        assert [service.order for service in services] == sorted(service.order for service in services)
        assert {service.application for service in services} == {application}
    first = snapshot.by_application["usaha-kecil"][0]
    assert snapshot.service_for("usaha-kecil", None) == first
    assert snapshot.service_for("usaha-kecil", "antrean-puskesmas") is None, "another application's service is not named through this one"
    notice = snapshot.notice_for(first.slug)
    assert notice is not None and notice.service == first.slug


async def test_a_broken_connector_is_left_out_and_told_and_the_hub_stands(site: Site) -> None:
    registry = site.resources.stores.registry
    good = (await loaded(site)).connectors
    await registry.save_connector(ConnectorRow("rusak", "rusak", "forward_auth", {"base_url": "javascript:alert(1)"}))
    await registry.save_connector(ConnectorRow("asing", "asing", "no-such-kind", {}))
    with capture_logs() as lines:
        snapshot = await loaded(site)
    assert snapshot.connectors.keys() == good.keys()
    assert sorted(line["connector"] for line in lines if line["event"] == "connector_left_out") == ["asing", "rusak"]
    assert "javascript" not in repr(lines)


async def test_the_connector_of_a_host_is_found_by_it_and_a_second_one_takes_nothing_over(site: Site) -> None:
    registry = site.resources.stores.registry
    for name, host in (("lama-1", "satu.example.id"), ("lama-2", "dua.example.id"), ("lama-3", "satu.example.id")):
        await registry.save_connector(ConnectorRow(name, "rsud-daftar", "forward_auth", {"base_url": f"https://{host}", "headers": []}))
    found = (await loaded(site)).connector_at
    assert (found["satu.example.id"].id, found["dua.example.id"].id) == ("lama-1", "lama-2")
    assert "tiga.example.id" not in found


def test_an_application_is_usable_while_it_and_its_agency_are() -> None:
    assert a_snapshot().usable("aplikasi-a")
    assert not a_snapshot().usable("unknown")
    assert not a_snapshot(applications={"aplikasi-a": an_application(enabled=False)}).usable("aplikasi-a")
    assert not a_snapshot(agencies={"dinas-a": an_agency(suspended=True)}).usable("aplikasi-a")
    assert not a_snapshot(agencies={}).usable("aplikasi-a")


def test_the_first_service_answers_when_none_is_named() -> None:
    two = (a_service("satu"), replace(a_service("dua"), order=2))
    snapshot = a_snapshot(by_application={"aplikasi-a": two})
    assert snapshot.service_for("aplikasi-a", None) == two[0] and snapshot.service_for("aplikasi-a", "dua") == two[1]
    assert snapshot.service_for("unknown", None) is None
