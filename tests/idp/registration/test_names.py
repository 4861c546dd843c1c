"""Which names of clients an operator has to look at. DC-06."""

from __future__ import annotations

import pytest

from idp.registration.names import needs_a_look
from tests.idp.registration.samples import snapshot


@pytest.mark.parametrize(
    "name",
    ["Dinas Kesehatan", "DINKES mobile", "Dinkes", "D1NKES", "dіnkes", "Gapura", "Kabupaten Trenggalek", "Aplikasi resmi",
     "<b>Antrean</b>", "Antrean Puskesmas 2", "ＤＩＮＫＥＳ"],
)  # fmt: skip
def test_dc_06_a_name_that_passes_for_an_agency_or_holds_markup_is_flagged(name: str) -> None:
    assert needs_a_look(name, snapshot())


@pytest.mark.parametrize("name", ["", "Loket Bersama", "Kasir 3.0 (uji)", "oidc-suite client"])
def test_a_plain_name_is_not(name: str) -> None:
    assert not needs_a_look(name, snapshot())
