"""All console pages, built from the frame, and their routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from admin.pages.agencies import AgencyPages
from admin.pages.applications import ApplicationPages
from admin.pages.audit import AuditPages
from admin.pages.catalogue import CataloguePages
from admin.pages.connector_edit import EditPages
from admin.pages.connector_history import HistoryPages
from admin.pages.connector_page import ConnectorPage
from admin.pages.connector_secrets import SecretForms
from admin.pages.connectors import ConnectorPages
from admin.pages.duties import DutyPages
from admin.pages.erasure import ErasurePages
from admin.pages.frame import Frame, Handlers, Visit
from admin.pages.home import HomePages, ProofPages
from admin.pages.incidents import IncidentPages
from admin.pages.keys import KeyPages
from admin.pages.once import Once
from admin.pages.people import PeoplePages
from admin.pages.preview import PreviewPages
from admin.pages.processing import ProcessingPages
from admin.pages.register import RegisterPages
from admin.pages.registration import RegistrationPages
from admin.pages.secrets import SecretPages
from admin.pages.signouts import SignoutPages
from admin.pages.wizard import Wizard
from admin.pages.wizard_connection import ConnectionPages
from admin.pages.wizard_end import EndPages
from admin.pages.wizard_mapping import MappingPages
from admin.pages.wizard_purpose import PurposePages
from connectors.contract import Kind


@dataclass(frozen=True, slots=True)
class Console:
    frame: Frame
    kinds: Mapping[str, Kind]
    issuer: str

    def handlers(self) -> Handlers:
        once = Once(self.frame.actions.desk.expiring)
        acts: Handlers = {
            **HomePages(self.frame, once, self.issuer).handlers(),
            **AgencyPages(self.frame).handlers(),
            **DutyPages(self.frame).handlers(),
            **ApplicationPages(self.frame).handlers(),
            **RegisterPages(self.frame, once).handlers(),
            **SecretPages(self.frame, once, self.issuer).handlers(),
            **PreviewPages(self.frame).handlers(),
            **ConnectorPages(self.frame, self.kinds).handlers(),
            **self._connectors(once),
            **PeoplePages(self.frame).handlers(),
            **ErasurePages(self.frame).handlers(),
            **AuditPages(self.frame).handlers(),
            **ProcessingPages(self.frame).handlers(),
            **IncidentPages(self.frame).handlers(),
            **KeyPages(self.frame).handlers(),
            **SignoutPages(self.frame).handlers(),
            **RegistrationPages(self.frame, once).handlers(),
        }
        proof = ProofPages(self.frame)

        async def prove(visit: Visit) -> Response:
            return await proof.prove(visit, acts)

        return {**acts, ("GET", "/admin/konfirmasi/{act}"): proof.ask, ("POST", "/admin/konfirmasi/{act}"): prove}

    def _connectors(self, once: Once) -> Handlers:
        """The life cycle of connectors: catalogue, the wizard's steps, the parts of one connector."""
        wizard, page = Wizard(self.frame, self.kinds), ConnectorPage(self.frame, self.kinds, self.issuer)
        return {
            **CataloguePages(self.frame, self.kinds).handlers(),
            **PurposePages(wizard).handlers(),
            **ConnectionPages(wizard).handlers(),
            **MappingPages(wizard).handlers(),
            **EndPages(wizard).handlers(),
            **page.handlers(),
            **EditPages(page).handlers(),
            **HistoryPages(page).handlers(),
            **SecretForms(page, wizard, once).handlers(),
        }

    def routes(self) -> list[Route]:
        return self.frame.routes(self.handlers())
