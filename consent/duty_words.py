"""Duties in people's words, the same on the citizen's pages and in the console. Bahasa Indonesia first."""

from __future__ import annotations

from collections.abc import Mapping

from consent.duties import RULES
from consent.duty_models import Cause, DutyKind, Outcome
from consent.models import Text

WHAT: Mapping[DutyKind, Text] = {
    DutyKind.STOP: {"id": "Berhenti memakai data", "en": "Stop using the data"},
    DutyKind.DELETE: {"id": "Menghapus data", "en": "Delete the data"},
    DutyKind.ACCESS: {"id": "Melihat data dan jejak pemakaiannya", "en": "See the data and how they were used"},
    DutyKind.CORRECTION: {"id": "Memperbaiki data yang salah", "en": "Correct wrong data"},
    DutyKind.OBJECTION: {"id": "Menjawab keberatan", "en": "Answer an objection"},
    DutyKind.RESTRICTION: {"id": "Membatasi pemakaian data", "en": "Restrict the use of the data"},
    DutyKind.PORTABILITY: {"id": "Memberikan salinan data untuk dipindahkan", "en": "Give a copy of the data to move elsewhere"},
    DutyKind.AUTOMATED: {"id": "Meninjau keputusan otomatis", "en": "Review an automated decision"},
}
DONE: Mapping[DutyKind, Text] = {
    DutyKind.STOP: {"id": "memastikan sudah berhenti memakai data", "en": "confirmed that it stopped using the data"},
    DutyKind.DELETE: {"id": "memastikan data sudah dihapus", "en": "confirmed that the data are deleted"},
    DutyKind.RESTRICTION: {"id": "memastikan pemakaian data sudah dibatasi", "en": "confirmed that the use is restricted"},
}
ANSWERED: Text = {"id": "sudah menjawab", "en": "has answered"}
NOT_DONE: Mapping[DutyKind, Text] = {
    DutyKind.DELETE: {"id": "tidak menghapus semua data", "en": "did not delete all data"},
}
REFUSED: Text = {"id": "menolak permintaan", "en": "refused the request"}
MOOT: Text = {"id": "Tidak perlu lagi", "en": "No longer needed"}
CAUSES: Mapping[Cause, Text] = {
    Cause.WITHDRAWN: {"id": "izin ditarik", "en": "consent withdrawn"},
    Cause.PARTLY_WITHDRAWN: {"id": "izin tambahan ditarik", "en": "optional consent withdrawn"},
    Cause.EXPIRED: {"id": "izin berakhir", "en": "consent ended"},
    Cause.OBJECTED: {"id": "warga keberatan", "en": "the person objects"},
    Cause.RESTRICTED: {"id": "izin ditahan", "en": "consent on hold"},
    Cause.LIFTED: {"id": "izin diteruskan", "en": "hold lifted"},
    Cause.REQUESTED: {"id": "permintaan warga", "en": "the person's request"},
}


def said(kind: DutyKind, outcome: Outcome) -> Text:
    """Return what the agency said, as the rest of a sentence that begins with its name."""
    return DONE.get(kind, ANSWERED) if outcome is Outcome.DONE else NOT_DONE.get(kind, REFUSED)


def limit(kind: DutyKind) -> Text:
    """Return how long the agency has and where that stands: the law's period, or our own where the law names none."""
    rule = RULES[kind]
    days = rule.seconds // 86400
    if rule.in_law:
        return {"id": f"{days} × 24 jam (UU 27/2022 Pasal {rule.article})", "en": f"{days} × 24 hours (Law 27/2022 Article {rule.article})"}
    return {
        "id": f"{days} × 24 jam (batas pemerintah daerah; haknya: UU 27/2022 Pasal {rule.article})",
        "en": f"{days} × 24 hours (the regency's own limit; the right: Law 27/2022 Article {rule.article})",
    }
