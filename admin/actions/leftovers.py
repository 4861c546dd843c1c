"""Secrets whose connector never came to be: whoever bears its id next does not get them.

A secret may be set before its connector is published, under the id that the draft has. A draft that is discarded, or gets another id, ends
that id; a draft that takes an id, and a connector that comes into being by files or through the API, begin one. Both times what is kept
there belongs to nobody any more: it goes, in the transaction of the change, and the trail says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from admin.actions import check
from admin.actions.desk import Desk
from admin.actions.drafting import draft_of
from admin.actions.lifecycle_models import Draft
from admin.operator import Operator
from idp.applications.revisions import DraftRow, Leftovers
from kit.audit import AuditEvent

DRAFTED = (
    "Konektor baru lain sedang disiapkan dengan ID ini. Pilih ID lain, lanjutkan draf itu, atau buang.",
    "Another new connector is being prepared with this id. Choose another id, go on with that draft, or discard it.",
)


async def leftovers(desk: Desk, operator: Operator, ids: Iterable[str]) -> tuple[Leftovers, ...]:
    """Return what is to be forgotten of these ids, if no connector bears them when it comes to it: the store asks that."""
    kept, found = await desk.stores.connector_secrets.all(), []
    for name in sorted({one for one in ids if one}):
        gone = {"secrets": sorted(kept.get(name, {}))}
        entry = desk.entry(operator, AuditEvent.CONNECTOR_SECRET_CHANGED, f"connector:{name}", before=gone, after={"secrets": []})
        found.append(Leftovers(name, entry))
    return tuple(found)


def own_id(draft: Draft) -> str:
    """Return the id that only this draft bears; empty for a draft of what stands."""
    return "" if draft.connector else draft.definition.id


async def of_another_id(desk: Desk, operator: Operator, draft: Draft, changed: Draft) -> tuple[Leftovers, ...]:
    """Return what goes when a draft takes another id: what was set under the former, and what lies under the new one."""
    former, wanted = own_id(draft), own_id(changed)
    if former == wanted:
        return ()
    _id_is_of_one_draft(changed, wanted, await desk.stores.connector_revisions.drafts())
    return await leftovers(desk, operator, [former, wanted])


def _id_is_of_one_draft(draft: Draft, wanted: str, others: Sequence[DraftRow]) -> None:
    """Raise Invalid when another new draft has the id: the two would share their secrets."""
    met = wanted and any(own_id(draft_of(one)) == wanted for one in others if one.id != draft.id)
    check.settle([check.problem("id", "taken", *DRAFTED)] if met else [])
