"""What the pages of receipts say of an event and of how a record stands. A court reads them, and a villager."""

from __future__ import annotations

from collections.abc import Mapping

from consent.genuine import Verdict
from consent.models import LedgerEvent, Standing, Text

TITLES: Mapping[LedgerEvent, Text] = {
    LedgerEvent.GIVEN: {"id": "Tanda terima persetujuan", "en": "Receipt of consent"},
    LedgerEvent.INFORMED: {"id": "Tanda terima pemberitahuan", "en": "Receipt of notice"},
    LedgerEvent.REFUSED: {"id": "Bukti bahwa Anda tidak membagikan", "en": "Proof that you did not share"},
    LedgerEvent.WITHDRAWN: {"id": "Tanda terima penarikan izin", "en": "Receipt of withdrawal"},
    LedgerEvent.RENEWED: {"id": "Bukti bahwa teks baru menggantikan izin", "en": "Proof that a newer text replaced the consent"},
    LedgerEvent.CARRIED: {"id": "Bukti bahwa izin berlanjut", "en": "Proof that the consent went on"},
    LedgerEvent.ENDED: {"id": "Bukti bahwa izin berakhir", "en": "Proof that the consent ended"},
    LedgerEvent.OBJECTED: {"id": "Tanda terima keberatan", "en": "Receipt of objection"},
    LedgerEvent.HELD: {"id": "Bukti bahwa izin ditahan", "en": "Proof of a hold"},
    LedgerEvent.LIFTED: {"id": "Bukti bahwa izin diteruskan", "en": "Proof that a hold was lifted"},
    LedgerEvent.REQUESTED: {"id": "Tanda terima permintaan", "en": "Receipt of a request"},
}
CHANGED: Text = {"id": "Tanda terima perubahan izin", "en": "Receipt of a change"}
EVENTS: Mapping[LedgerEvent, Text] = {
    LedgerEvent.GIVEN: {"id": "Izin diberikan", "en": "Consent given"},
    LedgerEvent.INFORMED: {"id": "Pemilik data diberi tahu", "en": "The person was told"},
    LedgerEvent.REFUSED: {"id": "Izin ditolak", "en": "Consent declined"},
    LedgerEvent.WITHDRAWN: {"id": "Izin ditarik", "en": "Consent withdrawn"},
    LedgerEvent.RENEWED: {"id": "Teks baru menggantikan izin", "en": "Replaced by a newer text"},
    LedgerEvent.CARRIED: {"id": "Izin berlanjut di teks baru", "en": "Went on under a newer text"},
    LedgerEvent.ENDED: {"id": "Izin berakhir", "en": "Consent ended"},
    LedgerEvent.OBJECTED: {"id": "Keberatan diajukan", "en": "Objection filed"},
    LedgerEvent.HELD: {"id": "Izin ditahan", "en": "Put on hold"},
    LedgerEvent.LIFTED: {"id": "Izin diteruskan", "en": "Hold lifted"},
    LedgerEvent.REQUESTED: {"id": "Permintaan diajukan", "en": "Request made"},
}
OTHER: Text = {"id": "Izin berubah", "en": "The consent changed"}
STANDINGS: Mapping[Standing, Text] = {
    Standing.IN_FORCE: {"id": "Berlaku", "en": "In force"},
    Standing.INFORMED: {"id": "Berlaku, dasarnya bukan persetujuan", "en": "In force, on another basis than consent"},
    Standing.WITHDRAWN: {"id": "Ditarik", "en": "Withdrawn"},
    Standing.REFUSED: {"id": "Ditolak", "en": "Declined"},
    Standing.RENEWED: {"id": "Diperbarui: teks baru menggantikannya", "en": "Replaced by a newer text"},
    Standing.ENDED: {"id": "Berakhir", "en": "Ended"},
    Standing.HELD: {"id": "Ditahan oleh pemilik data", "en": "Held by the person"},
}
WHY_NOT: Mapping[Verdict, Text] = {
    Verdict.UNREADABLE: {
        "id": "Isinya bukan tanda terima dari Gapura. Tempel seluruh isi berkas, dari kurung pertama sampai terakhir.",
        "en": "It is no receipt of Gapura. Paste the whole file, from the first brace to the last.",
    },
    Verdict.UNKNOWN_KEY: {"id": "Tanda tangannya bukan dari kami.", "en": "We did not sign it."},
    Verdict.NOT_SIGNED: {
        "id": "Tanda tangannya tidak cocok dengan isinya. Ada yang mengubahnya, atau ada bagian yang hilang.",
        "en": "The signature does not belong to what it says. Somebody changed it, or a part is missing.",
    },
    Verdict.CHANGED: {
        "id": "Bagian yang dibaca orang berbeda dari yang kami tanda tangani.",
        "en": "The part that people read is not what we signed.",
    },
}
NOT_IN_THE_LEDGER: Text = {
    "id": "Tanda tangannya dari kami, tetapi catatan kami tidak memuatnya seperti itu. Hubungi petugas pelindungan data.",
    "en": "We signed it, but our record does not hold it as it says. Tell the data protection officer.",
}
NOT_FOUND: Text = {
    "id": "Nomor dan sidik itu tidak cocok dengan satu pun tanda terima kami. Periksa lagi setiap angka dan huruf.",
    "en": "That number and fingerprint belong to no receipt of ours. Check each digit and letter again.",
}
BY_SIGNATURE: Text = {
    "id": "Tanda tangannya dari kami, dan catatan kami memuat isi yang sama.",
    "en": "We signed it, and our record says the same.",
}
BY_NUMBER: Text = {
    "id": "Catatan kami memuat nomor dan sidik ini. Cocokkan isi kertas dengan keterangan di bawah.",
    "en": "Our record holds this number and fingerprint. Compare the paper with what stands below.",
}
