"""The regency of a deployment, as its pages name it."""

from __future__ import annotations

from urllib.parse import urlsplit

from hub.settings import Settings
from kit.web.pages import Regency


def regency_of(settings: Settings) -> Regency:
    chosen = settings.regency
    return Regency(
        name=chosen.name,
        theme=chosen.theme,
        phone=chosen.phone,
        phone_display=chosen.phone_display,
        whatsapp=chosen.whatsapp,
        whatsapp_display=chosen.whatsapp_display,
        dpo=chosen.dpo or chosen.phone_display,
        demo=settings.environment == "demo",
        address=urlsplit(settings.issuer).netloc,
    )
