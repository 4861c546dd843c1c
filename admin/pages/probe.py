"""The connection test as a page shows it: each step with its time, where on the way it was, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.probe import Report, Step

Text = Mapping[str, str]
TITLES: Mapping[str, Text] = {
    "dns": {"id": "DNS", "en": "DNS"},
    "tcp": {"id": "TCP", "en": "TCP"},
    "tls": {"id": "TLS", "en": "TLS"},
    "auth": {"id": "Masuk", "en": "Sign-in"},
    "sample": {"id": "Contoh data", "en": "Sample"},
}
STATES: Mapping[str, tuple[str, Text]] = {
    "passed": ("ok", {"id": "Berhasil", "en": "Works"}),
    "warned": ("warn", {"id": "Berhasil, perlu perhatian", "en": "Works, needs attention"}),
    "failed": ("bad", {"id": "Gagal", "en": "Failed"}),
    "skipped": ("off", {"id": "Tidak dijalankan", "en": "Not run"}),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One step. `start` and `width` draw it on the line of the whole test, in thousandths."""

    step: Step
    title: Text
    tag: str
    state: Text
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Seen:
    report: Report
    steps: tuple[Shown, ...]
    stopped: int  # number of the step that failed; 0: none


def seen(report: Report) -> Seen:
    total = max(1, sum(step.milliseconds for step in report.steps))
    shown, before = [], 0
    for step in report.steps:
        tag, state = STATES[step.state]
        start, width = before * 1000 // total, max(4, step.milliseconds * 1000 // total) if step.milliseconds else 0
        shown.append(Shown(step, TITLES.get(step.name, {"id": step.name, "en": step.name}), tag, state, min(start, 996), width))
        before += step.milliseconds
    stopped = next((number for number, step in enumerate(report.steps, 1) if step.state == "failed"), 0)
    return Seen(report, tuple(shown), stopped)
