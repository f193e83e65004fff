"""`python -m local.rehearse.ports ADDRESS`: every port of TCP that answers there, as a list in JSON."""

import asyncio
import json
import sys

AT_ONCE = 1500
PATIENCE = 0.5
"""Seconds for an answer: whoever drops what is not for him says nothing."""


async def answers(address: str, port: int, turn: asyncio.Semaphore) -> bool:
    async with turn:
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(address, port), PATIENCE)
        except OSError:  # TimeoutError is one, too
            return False
        writer.close()
        return True


async def scan(address: str) -> list[int]:
    turn = asyncio.Semaphore(AT_ONCE)
    ports = range(1, 65536)
    found = await asyncio.gather(*(answers(address, port, turn) for port in ports))
    return [port for port, open_ in zip(ports, found, strict=True) if open_]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(scan(sys.argv[1]))))
