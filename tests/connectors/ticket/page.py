"""The PHP of docs/connectors/ticket.md, taken out of the page and put where it runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs/connectors/ticket.md"
CONFIG = "/etc/simpeg/gapura.php"


def snippets() -> dict[str, str]:
    """Return the files of the page by the name in their first line."""
    found = re.findall(r"^```php\n(<\?php // ([^\s:]+).*?)^```$", PAGE.read_text(), re.S | re.M)
    return {name: text for text, name in found}


def install(folder: Path, *, issuer: str, start: str, audience: str, keys: Sequence[str], written: str = "jwt_hs256") -> None:
    """Write the files into the folder as a technician would: only the values of the configuration are filled in."""
    (folder / "gapura").mkdir(parents=True, exist_ok=True)
    files = snippets()
    config = files.pop(CONFIG)
    for name, value in {
        "issuer": issuer,
        "start": start,
        "audience": audience,
        "format": written,
        "folder": str(folder / "gapura"),
    }.items():
        config, changed = re.subn(rf"('{name}' *=> )'[^']*'", rf"\g<1>'{value}'", config)
        assert changed == 1, name
    config, changed = re.subn(r"('keys' *=> array\()'[^']*'", lambda found: found[1] + ", ".join(f"'{key}'" for key in keys), config)
    assert changed == 1
    (folder / "konfigurasi.php").write_text(config)
    for name, text in files.items():
        (folder / name.rpartition("/")[2]).write_text(text.replace(CONFIG, str(folder / "konfigurasi.php")))
