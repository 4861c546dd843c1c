"""A kind with a front door that is built in nowhere: what the house promises about any kind is tested with it, not a protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import orjson
from pydantic import BaseModel, ConfigDict

from connectors.about import About, both
from connectors.contract import Answer, Capability, Connector, Emission, Identity, SecretRule
from connectors.errors import BadRequest, NotEntered
from connectors.front_door import Desk, Endpoint, Entry, Exhibit, HandOff, Leave, Message, Post, Received
from connectors.mapping import Row, apply

ARRIVE = "https://polos.example.id/tiba"


class PlainSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: tuple[Row, ...] = ()
    tell: str = ""  # where the end of a session is told
    page: str = ""  # what the person's browser loads instead


class Plain:
    name = "polos"
    title: Mapping[str, str] = {"id": "Polos", "en": "Plain"}
    capabilities = frozenset({Capability.FRONT_DOOR, Capability.HAND_OFF, Capability.SIGN_OUT})
    settings_model: type[BaseModel] = PlainSettings
    secrets: Mapping[str, SecretRule] = {}
    own: Sequence[str] = ("stempel",)
    about: About = About(both("Menyapa.", "Greets."), both("Tidak ada.", "Nothing."), both("Uji ini.", "These tests."))
    docs = ""
    endpoints: Sequence[Endpoint] = (
        Endpoint("enter", "/polos/{connector}/masuk", ("GET", "POST"), cross_site=True),
        Endpoint("look", "/polos/lihat", for_programs=True),
        Endpoint("leave", "/polos/{connector}/keluar"),
    )

    def make_own(self, name: str, issuer: str, now: int) -> str:
        return f"{name} dari {issuer}"

    def start(self, connector: Connector, issuer: str) -> str:
        return f"{issuer}/polos/{connector.id}/masuk"

    def emits(self, settings: BaseModel) -> frozenset[str]:
        return frozenset(row.claim for row in _of(settings).rows)

    def emissions(self, settings: BaseModel, identity: Identity) -> Sequence[Emission]:
        return [Emission(row.field, value, row.claim) for row, value in apply(_of(settings).rows, identity.claims)]

    async def receive(self, request: Received, desk: Desk) -> Answer | Post | Entry | Leave:
        if request.endpoint == "look":
            kept = await desk.look(request.one("karcis"))
            return Answer(200 if kept is not None else 404, {"Content-Type": "application/json"}, kept.value.decode() if kept else "")
        connector = desk.connector(request.places["connector"])
        if connector is None:
            raise NotEntered("not_found")
        if request.endpoint == "leave":
            return Leave(connector, request.one("tepercaya") == "ya", onward=ARRIVE, handle=request.one("karcis"))
        if request.one("rusak"):
            raise BadRequest("rusak is given", connector=connector.id)
        return Entry(
            connector,
            {"note": request.one("catatan"), "post": request.one("kirim") == "ya"},
            fresh=request.one("segar") == "ya",
            silent=request.one("diam") == "ya",
            origins=("https://polos.example.id",),
        )

    async def hand_off(self, connector: Connector, who: Identity, state: Mapping[str, object], desk: Desk) -> HandOff | None:
        ticket = f"karcis-{len(str(state['note']))}-{who.issued_at}-{who.subject[:6]}"
        said = {one.name: one.value for one in self.emissions(connector.settings, who)}
        if state["note"] != "tanpa-catatan" and not await desk.keep(ticket, orjson.dumps({"sub": who.subject, **said}), 600):
            return None
        fields = {"karcis": ticket, "catatan": str(state["note"])}
        if state["post"]:
            return HandOff(Post(ARRIVE, fields), ticket)
        return HandOff(Answer(303, {"Location": f"{ARRIVE}?karcis={ticket}"}), ticket)

    def refuse(self, connector: Connector, state: Mapping[str, object], reason: str, desk: Desk) -> Answer | Post | None:
        return Answer(303, {"Location": f"{ARRIVE}?galat={reason}"}) if reason != "staff_only" else None

    def farewell(self, connector: Connector, handle: str, desk: Desk) -> Message | None:
        tell = _of(connector.settings).tell
        return Message(tell, f"selesai={handle}".encode()) if tell else None

    def farewell_page(self, connector: Connector, handle: str, desk: Desk) -> str:
        page = _of(connector.settings).page
        return f"{page}?selesai={handle}" if page else ""

    async def exhibits(self, connector: Connector, who: Identity, desk: Desk) -> Sequence[Exhibit]:
        return [Exhibit("Karcis", str(await self.hand_off(connector, who, {"note": "", "post": False}, desk)))]


def _of(settings: BaseModel) -> PlainSettings:
    return cast("PlainSettings", settings)
