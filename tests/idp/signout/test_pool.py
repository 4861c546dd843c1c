"""Sign-outs have connections of their own: who keeps the ones for documents busy keeps no sign-out back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.idp.signout.receivers import receivers
from tests.idp.signout.test_delivery import pending, queue, work
from tests.site import open_site, register, test_client


@asynccontextmanager
async def dripping(waiting: set[str]) -> AsyncIterator[str]:
    """Open a host that never comes to an end of its answer; `waiting` fills with who waits for it. Yield its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waiting.add((await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode())
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n")
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_lo_06_a_sign_out_is_told_while_every_connection_for_documents_is_held(tmp_path: Path, template_folder: Path) -> None:
    waiting: set[str] = set()
    async with (
        receivers("well") as (application,),
        dripping(waiting) as host,
        open_site(tmp_path, template_folder, **{"outbound.allow": [application.address, host]}) as site,
    ):
        await register(site, test_client(client_id="rp-0", backchannel_logout_uri=application.uri))
        http = site.resources.outbound
        held = [asyncio.create_task(http.get(f"http://{host}/{n}", timeout=30)) for n in range(110)]
        async with asyncio.timeout(20):
            while len(waiting) < 100:  # as many as the pool has
                await asyncio.sleep(0.02)
        await queue(site, "rp-0")
        async with asyncio.timeout(10):
            await work(site)
        assert len(application.tokens) == 1 and await pending(site) == {}
        assert not any(one.done() for one in held), "they were held all the while"
        for one in held:
            one.cancel()
        await asyncio.gather(*held, return_exceptions=True)
