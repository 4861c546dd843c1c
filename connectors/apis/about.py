"""What all kinds of older APIs say in the same words: the settings that they share, and what the rules of those complain of."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.about import Meaning, Setting, setting

SETTINGS: Mapping[str, Setting] = {
    "base_url": setting(
        "Alamat API", "Address of the API", "Tanpa garis miring di akhir, misalnya https://api.example.id/v1", means=Meaning.PLACE
    ),
    "operations": setting(
        "Yang boleh dipanggil", "What may be called", "Satu butir per panggilan; yang tidak tertulis tidak ada", means=Meaning.OPEN
    ),
    "applications": setting(
        "Aplikasi lain yang boleh memanggil", "Other applications that may call", "ID aplikasi, satu per baris", means=Meaning.OPEN
    ),
    "scope": setting("Scope yang diminta", "Scope needed", "Kosong: tidak ada", means=Meaning.GUARD),
    "timeout_seconds": setting("Batas tunggu jawaban, detik", "Longest wait, seconds", means=Meaning.PLAIN),
    "most_request_bytes": setting("Kiriman terbesar, bita", "Largest request, bytes", means=Meaning.PLAIN),
    "most_answer_bytes": setting("Jawaban terbesar, bita", "Largest answer, bytes", means=Meaning.PLAIN),
    "at_once": setting("Permintaan sekaligus", "Requests at one time", means=Meaning.PLAIN),
    "sample": setting(
        "Alamat contoh untuk uji",
        "Sample path for the test",
        "GET yang tidak mengubah apa pun dan tidak tentang siapa pun",
        means=Meaning.PLAIN,
    ),
    "callers": setting("Program lama yang memanggil", "Older programs that call", means=Meaning.OPEN),
}

FAULTS: Mapping[str, str] = {
    "must be https://host[:port][/path], without query and final slash": (
        "harus https://host[:port][/lokasi], tanpa tanda tanya dan tanpa garis miring di akhir"
    ),
    "must have a plain path": "lokasinya harus polos",
    "must be a plain absolute path": "harus lokasi yang polos dan diawali /",
    "{} cannot carry a key": "{} tidak boleh membawa kunci",
    "a segment is either letters, digits, . _ ~ - or one {name}": "tiap ruas berisi huruf, angka, . _ ~ - atau satu {name}",
    "a place stands twice": "satu tempat ditulis dua kali",
    "{} is no name of a parameter": "{} bukan nama parameter",
    "person: {} must be a place of the path, query:name or body:member, with a claim": (
        "person: {} harus tempat di path, query:nama, atau body:nama, dengan sebuah data"
    ),
    "person: {{}} is not in the path": "person: {{}} tidak ada di path",
    "{} is no id of an application": "{} bukan ID aplikasi",
    "sample: must be a GET of one of the operations, and one that is about nobody": (
        "sample: harus GET dari salah satu operations, dan tidak tentang siapa pun"
    ),
    "callers: an id stands twice": "callers: satu ID ditulis dua kali",
}
