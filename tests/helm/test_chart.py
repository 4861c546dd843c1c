"""The chart lints, renders for both editions, is valid for Kubernetes, and refuses what would be half-way."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import helm_python
import kubernetes_validate
import pytest
import yaml

from hub.settings import load

CHART = Path(__file__).parents[2] / "helm" / "gapura"
SECRETS = {
    "externalDatabase": {"enabled": True, "existingSecret": "db"},
    "externalRedis": {"enabled": True, "existingSecret": "redis"},
    "masterKey": {"existingSecret": "key"},
}
CLUSTER = {**SECRETS, "replicaCount": 3, "ingress": {"enabled": True, "ingressClassName": "nginx"}}
SCALED = {**SECRETS, "autoscaling": {"enabled": True}, "nodeSelector": {"disk": "ssd"}, "image": {"digest": "sha256:" + "a" * 64}}
EDITIONS = {"embedded": {}, "cluster": CLUSTER, "scaled": SCALED}


def render(values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what the chart makes of the values: kind -> object (the migration as Job)."""
    with helm_python.Chart.load(str(CHART)) as chart:
        files = chart.render(values, name="gapura", namespace="layanan")
    found: dict[str, dict[str, Any]] = {}
    for name, text in files.items():
        if name.endswith(".yaml"):
            found.update({item["kind"]: item for item in yaml.safe_load_all(text) if item})
    return found


def test_the_chart_has_no_lint() -> None:
    report = helm_python.lint(str(CHART))
    assert [m for m in report["messages"] if m["severity"] > 1] == [] and report["errors"] == []


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_object_is_valid_for_kubernetes(edition: str) -> None:
    for item in render(EDITIONS[edition]).values():
        kubernetes_validate.validate(item, kubernetes_validate.latest_version().rsplit(".", 1)[0], strict=True)


def test_the_embedded_edition_has_one_pod_on_its_own_volume() -> None:
    objects = render({})
    spec = objects["Deployment"]["spec"]
    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")
    assert "PersistentVolumeClaim" in objects and "Job" not in objects and "PodDisruptionBudget" not in objects


def test_the_cluster_edition_migrates_first_and_keeps_a_budget() -> None:
    objects = render(CLUSTER)
    assert objects["Job"]["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert objects["Deployment"]["spec"]["replicas"] == 3
    assert "PodDisruptionBudget" in objects and "PersistentVolumeClaim" not in objects
    assert objects["Ingress"]["spec"]["rules"][0]["host"] == "gapura.example.id"


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"replicaCount": 2}, "externalDatabase.enabled"),
        ({**SECRETS, "replicaCount": 2, "externalRedis": {"enabled": False}}, "externalRedis.enabled"),
        ({"autoscaling": {"enabled": True}}, "externalDatabase.enabled"),
        ({**SECRETS, "masterKey": {"existingSecret": ""}}, "masterKey.existingSecret"),
        ({"externalDatabase": {"enabled": True}}, "externalDatabase.existingSecret"),
        ({"settings": {"storage": {"master_key": "x"}}}, "masterKey.existingSecret"),
        ({"issuer": "http://gapura.example.id"}, "issuer"),
        ({"replicas": 2}, "replicas"),
    ],
)
def test_a_half_way_setting_is_refused_and_named(values: dict[str, Any], named: str) -> None:
    with pytest.raises(helm_python.HelmError) as caught:
        render(values)
    assert named in str(caught.value)


@pytest.mark.parametrize("edition", EDITIONS)
def test_pods_run_without_root_and_write_nowhere_but_their_volumes(edition: str) -> None:
    objects = render(EDITIONS[edition])
    for kind in {"Deployment", "Job"} & objects.keys():
        pod = objects[kind]["spec"]["template"]["spec"]
        container = pod["containers"][0]
        assert pod["securityContext"]["runAsNonRoot"] and not pod["automountServiceAccountToken"]
        assert container["securityContext"]["readOnlyRootFilesystem"] and not container["securityContext"]["allowPrivilegeEscalation"]
        assert container["securityContext"]["capabilities"]["drop"] == ["ALL"]


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_settings_are_ones_that_gapura_knows(edition: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = render(EDITIONS[edition])
    container = objects["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    text = objects["ConfigMap"]["data"]["gapura.toml"]
    assert "master_key" not in text and tomllib.loads(text)["server"]["port"] == 8000
    (tmp_path / "gapura.toml").write_text(text)
    secrets = {"database-url": "postgresql+asyncpg://g@db/g", "redis-url": "redis://r", "master-key": "A" * 43}
    for variable in container["env"]:
        value = variable["value"]
        if variable["name"].endswith("_FILE"):
            path = tmp_path / Path(value).name
            path.write_text(secrets[path.name])
            value = str(path)
        monkeypatch.setenv(variable["name"], value)
    settings = load(tmp_path / "gapura.toml")
    assert settings.issuer == "https://gapura.example.id" and settings.server.host == "0.0.0.0"
    assert settings.server.replicas == {"embedded": 1, "cluster": 3, "scaled": 4}[edition]


def test_probes_ask_the_two_health_pages() -> None:
    container = render({})["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
