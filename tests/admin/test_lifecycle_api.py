"""The life cycle of connectors over the API: versions in ETag and If-Match, 409 for what files own, secrets once and never again."""

from __future__ import annotations

from typing import Any

from admin.routes import API_ROUTES
from idp.people.models import Role
from tests.admin.connectors import WHOLE, published
from tests.admin.operators import account, at_console, operator_of
from tests.admin.test_api import call
from tests.forms import Browser
from tests.site import Site


async def whole(browser: Browser) -> tuple[str, str]:
    """Return a whole draft of a new connector and its version, by the API alone."""
    made = await call(browser, "POST", "/connector-drafts", {"kind": "ticket"})
    assert made.status_code == 201, made.text
    path = f"/connector-drafts/{made.json()['id']}"
    saved = await call(browser, "PUT", path, WHOLE, **{"if-match": made.headers["etag"]})
    assert saved.status_code == 200, saved.text
    return path, saved.headers["etag"]


async def test_a_connector_is_drafted_checked_tried_reviewed_and_published_by_the_api(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    path, version = await whole(browser)
    found = (await call(browser, "GET", f"{path}/check")).json()
    assert [(one["field"], one["code"]) for one in found["problems"]] == [("secrets.key", "missing")]
    secret = (await call(browser, "POST", "/connectors/simpeg-uji/secrets/key", {})).json()["value"]
    assert len(secret) >= 43 and (await call(browser, "GET", f"{path}/check")).json()["good"]
    seen = (await call(browser, "GET", f"{path}/preview?person=siti")).json()
    assert seen["outcome"] == "issued" and {row["name"] for row in seen["headers"] if row["sent"]} == {"nama", "surel", "sub"}
    review = (await call(browser, "GET", f"{path}/review")).json()
    assert review["needs_reason"] and review["changes"][0]["field"] == "id"
    done = await call(browser, "POST", f"{path}/publish", {"reason": "Konektor baru"}, **{"if-match": version})
    assert (done.status_code, done.json()["revision"]) == (200, 1)
    shown = await call(browser, "GET", "/connectors/simpeg-uji/definition")
    assert shown.headers["etag"] == '"1"' and shown.json()["definition"]["secrets"] == {"key": "vault:key"}
    for one in ("/definition", "/revisions", "/revisions/1", "/secrets", "/changes?before=1&after=1", ""):
        answer = await call(browser, "GET", f"/connectors/simpeg-uji{one}")
        assert answer.status_code == 200 and secret not in answer.text, one
    assert secret not in (await call(browser, "GET", "/audit?limit=200")).text
    again = (await call(browser, "GET", "/connectors/simpeg-uji/preview?person=siti")).json()
    assert again["headers"] == seen["headers"] and [one["title"] for one in again["exhibits"]] == ["claims", "ticket"]


async def test_pb_6_a_change_names_its_version_and_a_stale_one_is_refused(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    path, version = await whole(browser)
    assert (await call(browser, "PUT", path, {"contact": "A"})).status_code == 428
    assert (await call(browser, "PUT", path, {"contact": "A"}, **{"if-match": version})).status_code == 200
    stale = await call(browser, "PUT", path, {"contact": "B"}, **{"if-match": version})
    assert (stale.status_code, stale.json()["code"]) == (409, "changed")
    text = await call(browser, "GET", f"{path}/text")
    saved = await call(browser, "PUT", f"{path}/text", text.json(), **{"if-match": text.headers["etag"]})
    assert saved.status_code == 200 and saved.json()["definition"]["contact"] == "A"
    gone = await call(browser, "DELETE", path, **{"if-match": saved.headers["etag"]})
    assert gone.status_code == 204 and (await call(browser, "GET", path)).status_code == 404


async def test_fi_2_what_files_own_answers_409_and_names_the_owner(site: Site) -> None:
    person = await account(site, Role.OPERATOR)
    browser = await at_console(site, person)
    await published(site, operator_of(site, person))
    handed = await call(browser, "PUT", "/connectors/simpeg-uji/owner", {"managed": "files", "reason": "Dikelola lewat berkas"})
    assert handed.status_code == 200, handed.text
    shown = (await call(browser, "GET", "/connectors/simpeg-uji/definition")).json()
    assert shown["managed"] == "files"
    body: dict[str, Any] = {"kind": "ticket", "settings": shown["definition"]["settings"]}
    seen = await call(browser, "GET", "/connectors/simpeg-uji")
    for method, path, content in (
        ("PUT", "/connectors/simpeg-uji", {**body, "settings": {**body["settings"], "lifetime": 30}}),
        ("POST", "/connector-drafts", {"connector": "simpeg-uji"}),
        ("POST", "/connectors/simpeg-uji/revisions/1/restore", {"reason": "Kembali ke semula"}),
    ):
        number = seen.headers["etag"] if method == "PUT" else '"2"'
        answer = await call(browser, method, path, content, **{"if-match": number})
        assert (answer.status_code, answer.json()["code"]) == (409, "owned_by_files"), path
        assert "files" in answer.json()["title"]
    assert (await call(browser, "GET", "/applications/simpeg-uji/preview?person=siti")).json()["outcome"] == "issued"


async def test_the_routes_stand_in_the_description_of_the_api(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    paths = (await call(browser, "GET", "/openapi.json")).json()["paths"]
    ours = [(method, path) for method, path in API_ROUTES if "connector" in path]
    assert len(ours) >= 28 and all(method.lower() in paths[path] for method, path in ours)
