"""Who may do what is one table; every role stands in every row."""

from __future__ import annotations

import pytest

from admin.actions.trail import harmless
from admin.permissions import CONSOLE_ROLES, DANGEROUS, ROLE_NAMES, TABLE, WIDE_ROLES, Permission, allowed
from idp.people.models import Role

CHANGES = [p for p in Permission if p.value.endswith((".change", ".switch", ".suspend", ".end", ".publish", ".find"))]


def test_every_permission_has_a_row_and_every_role_a_name() -> None:
    assert set(TABLE) == set(Permission)
    assert set(ROLE_NAMES) == set(Role)


def test_five_roles_open_the_console_and_one_of_them_only_its_own_agency() -> None:
    assert {Role.SUPER_ADMIN, Role.OPERATOR, Role.AUDITOR, Role.DPO, Role.AGENCY_ADMIN} == CONSOLE_ROLES
    assert CONSOLE_ROLES - {Role.AGENCY_ADMIN} == WIDE_ROLES
    own = {Permission.CONSOLE, Permission.REGISTER_READ, Permission.DUTY_READ, Permission.DUTY_SETTLE}
    assert {one for one in Permission if allowed({Role.AGENCY_ADMIN}, one)} == own
    assert all(roles <= CONSOLE_ROLES for roles in TABLE.values())


@pytest.mark.parametrize("permission", CHANGES)
def test_the_auditor_changes_nothing_and_finds_nobody(permission: Permission) -> None:
    assert not allowed({Role.AUDITOR}, permission)
    assert allowed({Role.SUPER_ADMIN}, permission)


def test_ad_03_an_operator_cannot_set_roles() -> None:
    assert not allowed({Role.OPERATOR}, Permission.ROLE_CHANGE)
    assert allowed({Role.SUPER_ADMIN}, Permission.ROLE_CHANGE)


QUICK = {  # what changes something and asks for no second proof: its effect is small, seen by its owner, or makes things safer
    Permission.OWN_TOKENS,
    Permission.AGENCY_CHANGE,
    Permission.CONNECTOR_DRAFT,  # nothing is true until it is published
    Permission.INCIDENT_CHANGE,  # nobody is told until it is published
    Permission.CONNECTOR_PROBE,  # asks the older system for what anybody there may see
    Permission.SESSION_END,
    Permission.SIGNOUT_RETRY,
    Permission.DUTY_SETTLE,  # a word about the own agency, which the person reads
}


def test_ad_13_every_change_is_dangerous_unless_it_stands_here() -> None:
    """Redirect addresses, open paths and legal bases too: each of them alone gives somebody else every citizen's data."""
    reading = {one for one in Permission if one.value.endswith((".read", ".find", ".verify", ".export"))}
    reading |= {Permission.CONSOLE, Permission.PREVIEW}
    assert set(Permission) - reading - QUICK == DANGEROUS - {Permission.AUDIT_EXPORT, Permission.CONSENT_READ}


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\0=1"])
def test_ad_10_a_cell_that_would_run_is_text(cell: str) -> None:
    assert harmless(cell).startswith("'")
    assert "\0" not in harmless(cell)


def test_ad_10_a_plain_cell_stays_as_it_is() -> None:
    assert harmless("application:usaha-kecil") == "application:usaha-kecil"
