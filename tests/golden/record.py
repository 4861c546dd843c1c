"""Writes the golden traces anew: `python -m tests.golden.record`. Only when a change of what older systems receive is meant."""

from __future__ import annotations

import asyncio
import json

from tests.admin.test_bench import GOLDEN, connectors, trace


async def record() -> None:
    for kind in connectors():
        text = json.dumps(await trace(kind), ensure_ascii=False, indent=2) + "\n"
        (GOLDEN / f"{kind}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(record())
