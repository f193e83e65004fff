"""What a client says byte by byte, for what no library would send."""

import asyncio
import ssl

PATIENCE = 10.0


async def spoken(port: int, *words: bytes, tls: ssl.SSLContext | None = None, name: str | None = None) -> bytes:
    """Everything that comes back until the other side hangs up. `name` is what TLS is asked for (SNI)."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=tls, server_hostname=name if tls else None, ssl_handshake_timeout=5 if tls else None
    )
    try:
        for said in words:
            writer.write(said)
            await writer.drain()
            await asyncio.sleep(0.02)
        return await asyncio.wait_for(reader.read(), PATIENCE)
    finally:
        writer.close()


def request(line: str, *headers: str, body: bytes = b"") -> bytes:
    """One request that asks to be the last on its connection."""
    length = [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([line, *headers, *length, "Connection: close", "", ""]).encode() + body


def request_id(answer: bytes) -> str:
    """The id that the proxy gave this request."""
    return answer.partition(b"X-Request-Id: ")[2].partition(b"\r\n")[0].decode()


def status(answer: bytes) -> int:
    """The status in the first line of an answer."""
    return int(answer.split(b" ", 2)[1])
