"""A name server of our own, as Docker's is for a swarm: it says which replicas a name has right now."""

import asyncio
import socket
import struct
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

FOUND, NO_SUCH_NAME = 0x8180, 0x8183
"""The flags of an answer (RFC 1035, section 4.1.1)."""


class Names(asyncio.DatagramProtocol):
    """`addresses["tasks.web"]` are the IPv4 addresses of the site's replicas; a name without any does not exist."""

    def __init__(self) -> None:
        self.addresses: dict[str, list[str]] = {}
        self.port = 0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # asyncio hands this kind to datagram protocols
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._transport is not None:
            self._transport.sendto(self._answer(data), addr)

    def _answer(self, asked: bytes) -> bytes:
        labels, at = [], 12
        while length := asked[at]:
            labels.append(asked[at + 1 : at + 1 + length].decode())
            at += 1 + length
        question = asked[12 : at + 5]  # the name, its end, type and class
        known = self.addresses.get(".".join(labels), [])
        head = struct.pack("!2s5H", asked[:2], FOUND if known else NO_SUCH_NAME, 1, len(known), 0, 0)
        # the name by a pointer to the question, type A, class IN, ten minutes: nginx has to know better
        records = [struct.pack("!3HIH4s", 0xC00C, 1, 1, 600, 4, socket.inet_aton(address)) for address in known]
        return head + question + b"".join(records)


@asynccontextmanager
async def name_server() -> AsyncIterator[Names]:
    """One on a free port of 127.0.0.1."""
    loop = asyncio.get_running_loop()
    transport, names = await loop.create_datagram_endpoint(Names, local_addr=("127.0.0.1", 0))
    try:
        yield names
    finally:
        transport.close()


@contextmanager
def in_a_thread(port: int = 0) -> Iterator[Names]:
    """One for whoever has no event loop."""
    loop = asyncio.new_event_loop()
    transport, names = loop.run_until_complete(loop.create_datagram_endpoint(Names, local_addr=("127.0.0.1", port)))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def end() -> None:
        transport.close()
        loop.call_soon(loop.stop)  # after what closing has to say

    try:
        yield names
    finally:
        loop.call_soon_threadsafe(end)
        thread.join(5)
        loop.close()
