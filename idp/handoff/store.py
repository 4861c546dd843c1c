"""What connectors need kept for good beside their settings: secrets, several of one name while an older one is still accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from connectors.contract import Secret
from kit.audit import Entry

Secrets = Mapping[str, Mapping[str, tuple[Secret, ...]]]  # connector -> name -> newest first
SecretJudge = Callable[[Secrets], None]


def of_kind(name: str) -> str:
    """Return what stands where a connector's id would, for the secrets of a kind itself."""
    return f"kind:{name}"


class ConnectorSecretStore(Protocol):
    async def all(self) -> Secrets:
        """Return every secret; those past their time too, whose `until` says so."""

    async def add(
        self,
        connector: str,
        name: str,
        value: str,
        *,
        now: int,
        former_until: int,
        audit: Sequence[Entry] = (),
        judge: SecretJudge | None = None,
    ) -> None:
        """Keep a new value of this name, from now on the newest; the present ones stay good until `former_until` (seconds UTC).

        `judge` is shown every secret as this would make them stand, those of drafts too, while nothing else that is judged can commit:
        what it raises is raised, and nothing of this is kept."""

    async def make(self, connector: str, name: str, value: str, *, now: int) -> None:
        """Keep a first value unless there is one: of any number of callers one is kept."""

    async def forget(self, connector: str, *, now: int) -> int:
        """Forget the values of this connector that are past their time; return how many."""
