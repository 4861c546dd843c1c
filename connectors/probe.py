"""The connection test: which address is tried, and what each finding means, in words with the fix.

Five steps in order: name, port, TLS, sign-in, sample. Each is shown with its time; what follows a step that failed is not tried. Pure:
the plan comes from the settings, the judgement from facts that an engine found (idp.handoff.probing).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Text = Mapping[str, str]
STEPS = ("dns", "tcp", "tls", "auth", "sample")


@dataclass(frozen=True, slots=True)
class Step:
    """`state`: passed, warned, failed, skipped. `code` is stable and empty when there is nothing to say; `fix` says what to do."""

    name: str
    state: str
    milliseconds: int = 0
    code: str = ""
    text: Text = field(default_factory=dict)
    fix: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """`target` is host:port as it was tried, or empty when the settings name no address to try."""

    target: str
    steps: tuple[Step, ...]

    @property
    def good(self) -> bool:
        return all(step.state in ("passed", "warned", "skipped") for step in self.steps) and any(s.state == "passed" for s in self.steps)
