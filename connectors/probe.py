"""The connection test: which address is tried, and what each finding means, in words with the fix.

Five steps in order: name, port, TLS, sign-in, sample. Each is shown with its time; what follows a step that failed is not tried. Pure:
the target comes from the settings, the judgement from facts that an engine found (idp.handoff.probing). A kind may name its own target with
`probe(settings)`; without it the address where the older system itself is reached counts, before the one where people open it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from connectors.contract import Kind

Text = Mapping[str, str]
STEPS = ("dns", "tcp", "tls", "auth", "sample")
FIRST = ("upstream", "base_url", "arrive_url")
SOON = 30 * 86_400


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
        return all(step.state != "failed" for step in self.steps) and any(step.state == "passed" for step in self.steps)


@dataclass(frozen=True, slots=True)
class Target:
    url: str
    host: str
    port: int
    tls: bool

    @property
    def at(self) -> str:
        return f"{self.host}:{self.port}"


def target(kind: Kind, settings: BaseModel) -> Target | None:
    """Return what to try; None when nothing in the settings is an address."""
    hook = getattr(kind, "probe", None)
    url = hook(settings) if hook is not None else next(_addresses(settings), "")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return Target(url, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80), parts.scheme == "https")


def _addresses(settings: BaseModel) -> Iterator[str]:
    plain = settings.model_dump(mode="json")
    for name in sorted(plain, key=lambda one: FIRST.index(one) if one in FIRST else len(FIRST)):
        if name != "entity_id":  # a name that only looks like an address
            yield from _in(plain[name])


def _in(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.startswith(("https://", "http://")):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _in(one)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _in(one)


# By code: what was found, and what to do about it. {at} and {host} are the target's, {status} and {days} numbers.
WORDS: Mapping[str, tuple[str, str, str, str]] = {
    "no_name": (
        "Nama {host} tidak ditemukan.",
        "The name {host} has no address.",
        "Periksa ejaan alamat di pengaturan, atau minta pengelola DNS menambah nama ini.",
        "Check the spelling of the address, or have the name added to the DNS.",
    ),
    "not_public": (
        "{at} ada di jaringan sendiri dan belum diizinkan.",
        "{at} is inside our own network and not allowed yet.",
        "Bila memang benar, tambahkan {at} pada outbound.allow di pengaturan Gapura.",
        "If that is right, add {at} to outbound.allow in Gapura's settings.",
    ),
    "refused": (
        "{at} menolak sambungan.",
        "{at} refuses the connection.",
        "Periksa nomor port, dan apakah server itu menyala.",
        "Check the port, and that the server is running.",
    ),
    "no_answer": (
        "{at} tidak menjawab.",
        "{at} does not answer.",
        "Periksa firewall di antara Gapura dan server itu.",
        "Check the firewall between Gapura and that server.",
    ),
    "no_tls": (
        "{at} tidak berbicara TLS.",
        "{at} does not speak TLS.",
        "Pasang sertifikat di server itu, atau perbaiki port di alamat.",
        "Install a certificate there, or correct the port of the address.",
    ),
    "expired": (
        "Sertifikat {host} sudah berakhir.",
        "The certificate of {host} has expired.",
        "Minta pengelola server memperbarui sertifikat, lalu uji lagi.",
        "Have the server's certificate renewed, then try again.",
    ),
    "wrong_name": (
        "Sertifikatnya bukan untuk {host}.",
        "The certificate is not for {host}.",
        "Pakai nama yang tertulis di sertifikat, atau minta sertifikat untuk nama ini.",
        "Use the name that the certificate has, or have one made for this name.",
    ),
    "untrusted": (
        "Sertifikat {host} diterbitkan pihak yang tidak dikenal.",
        "The certificate of {host} comes from an authority we do not know.",
        "Pasang CA penerbitnya lewat outbound.ca_file.",
        "Install its authority with outbound.ca_file.",
    ),
    "soon": (
        "Sertifikat berakhir {days} hari lagi.",
        "The certificate ends in {days} days.",
        "Perbarui sertifikat sebelum itu.",
        "Have it renewed before then.",
    ),
    "plain": (
        "Sambungan ini tanpa TLS.",
        "This connection is without TLS.",
        "Aman hanya di jaringan sendiri. Pakai https bila melewati jaringan lain.",
        "Safe inside our own network only. Use https across any other.",
    ),
    "login_refused": (
        "Sistem itu menolak kredensial konektor ini (HTTP {status}).",
        "That system refuses this connector's credentials (HTTP {status}).",
        "Periksa rahasia konektor: isi ulang yang diberikan, dan cocokkan jam kedua server.",
        "Check the connector's secrets: enter what was given anew, and compare both servers' clocks.",
    ),
    "sample_missing": (
        "Alamat contoh tidak ada di sana (HTTP 404).",
        "The sample address does not exist there (HTTP 404).",
        "Perbaiki alamat contoh di pengaturan.",
        "Correct the sample address in the settings.",
    ),
    "sample_failed": (
        "Sistem itu menjawab dengan galat (HTTP {status}).",
        "That system answers with an error (HTTP {status}).",
        "Minta pengelolanya memeriksa log server itu.",
        "Have its log examined by whoever runs it.",
    ),
    "no_http": (
        "Sambungan terbuka, tetapi jawabannya tidak dapat dibaca.",
        "The connection opens, but the answer cannot be read.",
        "Periksa apakah alamat ini memang situs web sistem itu.",
        "Check that this address is the system's web site.",
    ),
    "no_address": (
        "Pengaturan ini tidak menyebut alamat yang dapat diuji.",
        "The settings name no address that can be tried.",
        "Tidak ada yang perlu diuji dari sini: sistem itu yang menghubungi Gapura.",
        "Nothing to try from here: that system calls Gapura.",
    ),
}
OF_CERTIFICATE: Mapping[int, str] = {10: "expired", 62: "wrong_name", 64: "wrong_name"}  # OpenSSL's X509_V_ERR numbers


def judged(name: str, state: str, where: Target | None, spent: int = 0, code: str = "", *, status: int = 0, days: int = 0) -> Step:
    """Return the step with its words."""
    if not code:
        return Step(name, state, spent)
    facts = {"at": where.at if where else "", "host": where.host if where else "", "status": status, "days": days}
    found_id, found_en, fix_id, fix_en = (one.format_map(facts) for one in WORDS[code])
    return Step(name, state, spent, code, {"id": found_id, "en": found_en}, {"id": fix_id, "en": fix_en})


def of_certificate(verify_code: int) -> str:
    """Return why TLS does not believe a certificate."""
    return OF_CERTIFICATE.get(verify_code, "untrusted")


def of_lifetime(where: Target, ends: int, now: int, spent: int) -> Step:
    """A certificate that ends within 30 days is good, and a warning."""
    left = ends - now
    return (
        judged("tls", "warned", where, spent, "soon", days=max(0, left // 86_400)) if left < SOON else judged("tls", "passed", where, spent)
    )


def of_status(where: Target, status: int, spent: int) -> tuple[Step, Step]:
    """Return the steps sign-in and sample for an answer of the web site itself, which nobody was signed in at."""
    if status in (401, 403):
        return judged("auth", "failed", where, spent, "login_refused", status=status), judged("sample", "skipped", where)
    auth = judged("auth", "passed", where, spent)
    if status == 404:
        return auth, judged("sample", "failed", where, spent, "sample_missing")
    if status >= 500:
        return auth, judged("sample", "failed", where, spent, "sample_failed", status=status)
    return auth, judged("sample", "passed", where, spent)


def whole(where: Target | None, steps: list[Step]) -> Report:
    """Return the report with every step that was not tried."""
    done = {step.name: step for step in steps}
    return Report(where.at if where else "", tuple(done.get(name, Step(name, "skipped")) for name in STEPS))
