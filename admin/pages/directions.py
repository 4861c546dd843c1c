"""Which way things go with a kind of connector, and which data: told by what it can do, never by its name."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.contract import Capability, Kind

Text = Mapping[str, str]

PEOPLE: Text = {"id": "Orang masuk ke aplikasi", "en": "People sign in to the application"}
OUT: Text = {"id": "Program kita memanggil sistem lama", "en": "Our programs call the older system"}
IN: Text = {"id": "Sistem lama memanggil kita", "en": "The older system calls us"}
ASKS: Text = {"id": "Sistem lama bertanya kepada Gapura", "en": "The older system asks Gapura"}

DIRECTIONS: Mapping[Capability, Text] = {
    Capability.FRONT_DOOR: PEOPLE,
    Capability.PROXY_CHECK: PEOPLE,
    Capability.DIRECTORY: ASKS,
    Capability.API_CALL: OUT,
    Capability.API_INBOUND: IN,
}
DATA: Mapping[Capability, Text] = {
    Capability.API_CALL: {
        "id": "Yang dikirim program, dan data orang di tempat yang Anda tunjuk",
        "en": "What the program sends, and the person's data where you say",
    },
}
MAPPED: Text = {"id": "Kode orang dan data yang Anda petakan", "en": "The person's code and the data that you map"}


def directions(kind: Kind) -> list[Text]:
    """Return which way things go, by what the kind can do."""
    found: list[Text] = []
    for capability, words in DIRECTIONS.items():
        if capability in kind.capabilities and words not in found:
            found.append(words)
    return found


def data_of(kind: Kind) -> Text:
    """Return which data a connector of this kind sends on."""
    return next((words for capability, words in DATA.items() if capability in kind.capabilities), MAPPED)
