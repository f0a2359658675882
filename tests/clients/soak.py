"""Many streams through the gateway, a fifth of them aborted, and what stays in its memory.

python3 soak.py PORT PID STREAMS MODEL: every stream is read to its end and must be whole, but for those that are cut off
after their first event. After a tenth of the streams the process counts as warm. Fails if a stream is not whole, if the
memory at the end is not within 5 % of the warm one.
"""

import asyncio
import json
import os
import sys
import time

CALLERS = 32
ABORTED = 5  # every fifth


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")) * 1024


def sockets(pid):
    """Open ones, listeners and idle connections to AWS included."""
    count = 0
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            count += os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:")
        except FileNotFoundError:  # closed meanwhile
            pass
    return count


class Caller:
    def __init__(self, port, model):
        body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "Say hello"}]}
        body = json.dumps(body).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: soak\r\ncontent-length: {len(body)}\r\n\r\n"
        self.port, self.request, self.streams = port, head.encode() + body, None

    async def open(self):
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        writer.write(self.request)
        await reader.readuntil(b"data: {")
        return reader

    async def whole(self):
        reader = await self.open()
        rest = await reader.readuntil(b"\r\n0\r\n\r\n")
        assert rest.count(b"data: [DONE]\n\n") == 1, rest[-300:]

    async def aborted(self):
        await self.open()
        self.streams[1].transport.abort()
        self.streams = None


async def soak(port, pid, streams, model):
    numbers = iter(range(1, streams + 1))
    warm, begun, callers = [], time.monotonic(), [Caller(port, model) for _ in range(CALLERS)]

    async def run(caller):
        for number in numbers:
            await asyncio.wait_for(caller.aborted() if number % ABORTED == 0 else caller.whole(), 60)
            if number == streams // 10:
                warm.append(resident(pid))

    await asyncio.gather(*(run(caller) for caller in callers))
    took = time.monotonic() - begun
    for caller in callers:
        if caller.streams:
            caller.streams[1].close()
    await asyncio.sleep(2)
    after = resident(pid)
    growth = after / warm[0] - 1
    left = sockets(pid)
    mebibyte = 1 << 20
    print(
        f"{streams} streams, {streams // ABORTED} aborted, in {took:.0f} s; resident {warm[0] / mebibyte:.1f} MiB warm, "
        f"{after / mebibyte:.1f} MiB after ({growth:+.1%}); {left} sockets open"
    )
    return 0 if growth <= 0.05 else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(soak(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])))
