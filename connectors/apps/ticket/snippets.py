"""What a `ticket` connector asks of the application: its configuration in PHP, with this connector's own values."""

from __future__ import annotations

from connectors.apps.ticket.settings import TicketSettings


def php_configuration(settings: TicketSettings, connector: str, issuer: str) -> str:
    """Return the file that docs/connectors/ticket.md calls the configuration. The key stands in it by a word to be replaced only."""
    pem = settings.format == "jwt_rs256"
    key = f"file_get_contents('/etc/{connector}/gapura.pem')" if pem else "'GANTI-DENGAN-KUNCI-DARI-GAPURA'"
    note = f" // {issuer}/tiket/kunci/{connector}.pem" if pem else ""
    lines = (
        f"<?php // /etc/{connector}/gapura.php",
        "return array(",
        f"    'issuer'   => {quoted(issuer)},",
        f"    'start'    => {quoted(f'{issuer}/tiket/{connector}/masuk')},",
        f"    'audience' => {quoted(settings.audience or settings.base_url)},",
        f"    'format'   => {quoted(settings.format)},",
        f"    'keys'     => array({key}),{note}",
        f"    'folder'   => {quoted(f'/var/lib/{connector}/gapura')},",
        "    'skew'     => 30,",
        ");",
    )
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Return the text as PHP writes it between single quotes, where only the quote and the backslash mean something."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
