"""The rules of a definition: one function per rule, in one ordered table. Each names the field and the fix, in both languages (CW-2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from admin.actions import check
from admin.actions.one_secret_each import shared
from admin.errors import FieldProblem, Invalid
from connectors.contract import SecretRule
from connectors.definition import CLASSIFICATIONS, REFERENCE
from connectors.shared_secrets import bits_of, shared_with_another
from idp.applications.registry import Snapshot

if TYPE_CHECKING:
    from admin.actions.definitions import Case, Definitions


def _kind_is_known(own: Definitions, case: Case) -> check.Found:
    found = check.one_of("kind", case.definition.kind, own.kinds)
    if not found and case.stands is not None and case.stands.kind != case.definition.kind:
        found = [check.problem("kind", "fixed", "Jenis konektor tidak dapat diubah.", "A connector's kind cannot change.")]
    return found


def _id_is_free(own: Definitions, case: Case) -> check.Found:
    wanted = case.definition
    if case.stands is not None:
        same = wanted.id == case.stands.id
        return [] if same else [check.problem("id", "fixed", "ID konektor tidak dapat diubah.", "A connector's id cannot change.")]
    taken = wanted.id in case.snapshot.connectors or any(
        wanted.id in known and wanted.id != wanted.application for known in (case.snapshot.applications, case.snapshot.clients)
    )
    found = check.problem("id", "taken", "ID ini sudah dipakai.", "This id is taken.")
    return [*check.slug("id", wanted.id), *([found] if taken else [])]


def _application_is_known(own: Definitions, case: Case) -> check.Found:
    wanted, stands = case.definition, case.stands
    if stands is not None and stands.application != wanted.application:
        text = "Aplikasi sebuah konektor tidak dapat diubah.", "The application of a connector cannot change."
        return [check.problem("application", "fixed", *text)]
    known = case.snapshot.applications.get(wanted.application)
    if known is None and wanted.register_as is None:
        text = (
            "Pilih aplikasi yang terdaftar, atau isi `register` supaya aplikasi ini ikut didaftarkan.",
            "Choose a registered application, or fill in `register` so that it is registered along with the connector.",
        )
        return [check.problem("application", "unknown", *text)]
    if known is not None and wanted.agency and wanted.agency != known.agency:
        text = (
            f"Aplikasi ini milik {known.agency}. Tulis itu, atau kosongkan.",
            f"This application belongs to {known.agency}. Write that, or nothing.",
        )
        return [check.problem("agency", "another_agency", *text)]
    return []


def _purpose_is_told(own: Definitions, case: Case) -> check.Found:
    """Step 2. A connector older than these fields may go on without them; what was said once is not taken back."""
    wanted, stands = case.definition, case.stands
    empty = {
        "purpose.id": not wanted.purpose.id and (stands is None or stands.purpose.id),
        "contact": not wanted.contact and (stands is None or stands.contact),
        "classification": not wanted.classification and (stands is None or stands.classification),
    }
    found = [check.problem(name, "missing", *ASKED[name]) for name, missing in empty.items() if missing]
    return [*found, *(check.one_of("classification", wanted.classification, CLASSIFICATIONS) if wanted.classification else [])]


ASKED = {
    "purpose.id": ("Tulis untuk apa data dikirim ke sistem ini.", "Write what the data are sent to this system for."),
    "contact": (
        "Tulis kantor atau jabatan di instansi, dengan nomor telepon.",
        "Write the office or role at the agency, with a telephone number.",
    ),
    "classification": (
        "Pilih terbuka (open), terbatas (restricted), atau tertutup (confidential).",
        "Choose open, restricted or confidential.",
    ),
}


def _settings_fit_the_kind(own: Definitions, case: Case) -> check.Found:
    if case.definition.kind not in own.kinds:
        return []
    try:
        own.settings(case.definition)
    except Invalid as error:
        return list(error.problems)
    return []


def _application_can_be_registered(own: Definitions, case: Case) -> check.Found:
    """The same rules as for any new application, its notice too: nothing may leave that nobody is told of."""
    wanted = case.definition
    if wanted.application in case.snapshot.applications or wanted.register_as is None or _settings_fit_the_kind(own, case):
        return []
    if wanted.kind not in own.kinds:
        return []
    try:
        own.applications.examine(case.snapshot, own.application_draft(wanted))
    except Invalid as error:
        return [registering(one) for one in error.problems]
    return []


def _data_are_in_the_notice(own: Definitions, case: Case) -> check.Found:
    wanted = case.definition
    application = case.snapshot.applications.get(wanted.application)
    if application is None or wanted.kind not in own.kinds or _settings_fit_the_kind(own, case):
        return []
    settings = own.settings(wanted)
    found = own.connectors.beyond(case.snapshot, application, wanted.kind, settings)
    return [*found, *own.connectors.hosts(case.snapshot, wanted.kind, settings, wanted.id, wanted.application)]


def _secrets_are_references(own: Definitions, case: Case) -> check.Found:
    """SK-4: what a reference names must be there, or nothing is taken."""
    wanted = case.definition
    if wanted.kind not in own.kinds:
        return []
    rules, found = own.rules_of(wanted), []
    for name, reference in wanted.secrets.items():
        at = f"secrets.{name}"
        if name not in rules:
            found.append(
                check.problem(
                    at, "unknown", f"Jenis ini tidak memakai rahasia {name}. Hapus.", f"This kind has no secret {name}. Remove it."
                )
            )
        elif not REFERENCE.fullmatch(reference):
            text = "Tulis rujukan: env:NAMA, file:/LOKASI, atau vault:NAMA. Bukan rahasianya sendiri."
            found.append(
                check.problem(at, "no_reference", text, "Write a reference: env:NAME, file:/PATH or vault:NAME. Never the secret itself.")
            )
        elif name not in case.given and not _is_kept(case, name):
            text = f"Rujukan {reference.partition(':')[0]} ini tidak menunjuk apa-apa. Isi dulu rahasianya."
            found.append(
                check.problem(
                    at, "unresolved", text, f"This {reference.partition(':')[0]} reference leads to nothing. Set the secret first."
                )
            )
    return found


def _needed_secrets_are_there(own: Definitions, case: Case) -> check.Found:
    wanted = case.definition
    if wanted.kind not in own.kinds or _settings_fit_the_kind(own, case):
        return []
    missing = sorted(n for n in own.needed(wanted) if n not in case.given and n not in wanted.secrets and not _is_kept(case, n))
    rules, giver = own.rules_of(wanted), urlsplit(getattr(own.settings(wanted), "base_url", "")).hostname or wanted.application
    given = f"Masukkan rahasia dari pengelola {giver}.", f"Enter the secret that whoever runs {giver} gave."
    text = "Buat rahasia ini, atau isi yang sudah disepakati.", "Make this secret, or enter the one agreed on."
    return [
        check.problem(f"secrets.{name}", "missing", *(given if name in rules and not rules[name].generated else text)) for name in missing
    ]


def _given_secrets_are_strong(own: Definitions, case: Case) -> check.Found:
    if case.definition.kind not in own.kinds:
        return []
    rules = own.rules_of(case.definition)
    return [
        one
        for name, value in case.given.items()
        if name in rules
        for one in strength(f"secrets.{name}", rules[name], value, case.snapshot, case.definition.id)
    ]


def strength(at: str, rule: SecretRule, value: str, snapshot: Snapshot, own: str) -> check.Found:
    """TI-02: as many bits as the kind asks for; and no two systems share one, for either could then pose as Gapura at the other."""
    if bits_of(value) < rule.least_bits:
        text = f"Terlalu lemah: perlu {rule.least_bits} bit. Biarkan Gapura membuatnya."
        return [check.problem(at, "weak", text, f"Too weak: {rule.least_bits} bits are needed. Let Gapura make it.")]
    if shared_with_another(snapshot.connectors.values(), value, own):
        return [shared(at)]
    return []


def _is_kept(case: Case, name: str) -> bool:
    return any(not one.until for one in case.kept.get(name, ()))


RULES: tuple[Callable[[Definitions, Case], check.Found], ...] = (
    _kind_is_known,
    _id_is_free,
    _application_is_known,
    _purpose_is_told,
    _application_can_be_registered,
    _settings_fit_the_kind,
    _secrets_are_references,
    _needed_secrets_are_there,
    _given_secrets_are_strong,
    _data_are_in_the_notice,
)


def registering(one: FieldProblem) -> FieldProblem:
    """Name a field of the new application as the definition does."""
    if one.field in ("id", "agency"):
        return replace(one, field="application" if one.field == "id" else "agency")
    if one.field.startswith(("register.", "connector.")):
        return replace(one, field=one.field.removeprefix("connector."))
    return replace(one, field=f"register.{one.field}")
