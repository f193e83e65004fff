"""`ports.py listen PORT …` answers on these ports; `ports.py scan ADDRESS NAME` says which of an address answer."""

import asyncio
import sys

SCANNED = (*range(20, 100), 443, 2377, 5000, 5432, 7946, 8000, 8080, 8090, 9090)


async def listen(ports: list[int]) -> None:
    """Until the process ends."""
    servers = [await asyncio.start_server(lambda _, writer: writer.close(), "0.0.0.0", port) for port in ports]  # noqa: S104 - in a namespace of its own
    await asyncio.gather(*(server.serve_forever() for server in servers))


async def answers(address: str, port: int) -> bool:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(address, port), 1)
    except OSError:  # TimeoutError is one, too
        return False
    writer.close()
    return True


async def scan(address: str, name: str) -> None:
    found = await asyncio.gather(*(answers(address, port) for port in SCANNED))
    print(name, *(port for port, open_ in zip(SCANNED, found, strict=True) if open_))  # noqa: T201 - its answer


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    asyncio.run(listen([int(port) for port in rest]) if what == "listen" else scan(*rest))
