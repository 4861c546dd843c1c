"""The ordered tables of rules, and the tests that must miss a rule when it is switched off. A new table is one more line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import FunctionType
from typing import Any

Rule = Callable[..., Any]


@dataclass(frozen=True)
class Table:
    """`name` is `module:attribute`; `tests` are files or folders; `passes` is what a rule returns when it has nothing to say."""

    name: str
    tests: tuple[str, ...]
    passes: bool | None = None

    def rules(self) -> tuple[Rule, ...]:
        module, _, attribute = self.name.partition(":")
        found: tuple[Rule, ...] = tuple(getattr(import_module(module), attribute))
        return found

    def names(self) -> list[str]:
        return [rule.__name__ for rule in self.rules()]

    def switch_off(self, rule_name: str) -> None:
        """Let the rule say nothing any more, in this process, wherever the table was taken to before."""
        found = {rule.__name__: rule for rule in self.rules()}
        rule = found[rule_name]
        assert isinstance(rule, FunctionType)
        nothing: Rule = (lambda *_, **__: True) if self.passes else (lambda *_, **__: None)
        assert isinstance(nothing, FunctionType)
        rule.__code__ = nothing.__code__


TABLES: tuple[Table, ...] = (
    Table("idp.authorization.checks:BEFORE_REDIRECT", ("tests/idp/authorization/test_checks.py",)),
    Table("idp.authorization.checks:BEFORE_INTERACTION", ("tests/idp/authorization/test_checks.py",)),
    Table("idp.authorization.object_checks:RULES", ("tests/idp/authorization/test_object_checks.py",)),
    Table("idp.interaction.next_step:RULES", ("tests/idp/interaction/test_next_step.py",)),
    Table("idp.client_auth.authenticate:RULES", ("tests/idp/client_auth",), passes=True),
    Table("idp.client_auth.private_key_jwt:RULES", ("tests/idp/client_auth",)),
    Table("idp.proofs.dpop:RULES", ("tests/idp/proofs/test_dpop.py",)),
    Table("idp.endpoints.token:RULES", ("tests/idp/endpoints/test_token_rules.py",)),
    Table("idp.grants.authorization_code:RULES", ("tests/idp/grants/test_authorization_code.py",)),
    Table("idp.endpoints.device_authorization:RULES", ("tests/idp/grants/test_device_code.py",)),
    Table("idp.grants.device_code:RULES", ("tests/idp/grants/test_device_code.py",)),
    Table("idp.grants.exchange_checks:RULES", ("tests/idp/grants/test_exchange_checks.py",)),
    Table("idp.grants.jwt_bearer:RULES", ("tests/idp/grants/test_jwt_bearer.py",)),
    Table("rs.token_checks:RULES", ("tests/rs/test_guard.py",)),
    Table("rs.dpop:RULES", ("tests/rs/test_guard.py",)),
    Table("idp.tokens.use_checks:RULES", ("tests/idp/endpoints/test_step_up.py",)),
    Table("idp.registration.checks:CONSISTENT", ("tests/idp/registration/test_checks.py",)),
    Table("idp.registration.checks:PERMITTED", ("tests/idp/registration/test_checks.py",)),
    Table("idp.grants.refresh_checks:RULES", ("tests/idp/grants/test_refresh_checks.py",)),
    Table("admin.actions.definition_rules:RULES", ("tests/admin/test_lifecycle.py", "tests/admin/test_change_set.py", "tests/admin/pages")),
    Table("idp.api.caller:RULES", ("tests/idp/api",)),
    Table("idp.calls.checks:RULES", ("tests/idp/calls",)),
    Table("connectors.apps.cas.validation:RULES", ("tests/connectors/cas/test_validation.py", "tests/connectors/cas/test_proxying.py")),
    Table("connectors.apps.saml.message:RULES", ("tests/connectors/saml/test_hostile_requests.py",)),
)


def table_of(name: str) -> Table:
    return next(table for table in TABLES if table.name == name)
