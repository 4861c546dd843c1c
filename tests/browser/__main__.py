"""`make pages`: the full survey. Pictures and contact sheets are in build/pages; look at them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.browser.registry import PAGES, templates_on_disk
from tests.browser.survey import survey

FOLDER = Path("build/pages")


def main() -> int:
    match = sys.argv[1] if len(sys.argv) > 1 else ""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    listed = {page.template for page in PAGES}
    found = [f"{name}: not in tests/browser/registry.py" for name in sorted(templates_on_disk() - listed)]
    found += survey(FOLDER, match)
    (FOLDER / "found.txt").write_text("".join(f"{line}\n" for line in found))
    print("\n".join(found))
    states = sum(len(page.states) for page in PAGES)
    print(
        f"{len(PAGES)} templates, {states} states, 2 languages, 360 and 1280 px, light and dark: {len(found)} defects. Pictures: {FOLDER}"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
