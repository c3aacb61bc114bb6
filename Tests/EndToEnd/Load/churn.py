"""Clients of an echoing service that come and go: churn.py PORT SECONDS CLIENTS

Each connection sends octets that no other sends and compares what comes back; some stop in the middle of it with a reset, some
end their half first, some stay silent for a while. At the end, one JSON object: how many were served, how many broke off
themselves, octets, and what was wrong."""

import asyncio
import hashlib
import json
import random
import socket
import struct
import sys
import time

PORT, SECONDS, CLIENTS = map(int, sys.argv[1:])
PATIENCE = 30
END = time.monotonic() + SECONDS
TOLD = {"served": 0, "aborted": 0, "octets": 0, "wrong": []}


def octets(name, count):
    """Of this connection alone."""
    return hashlib.shake_128(name.encode()).digest(count)


async def connection(name, chance):
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    sent = octets(name, chance.choice([1, 100, 5_000, 70_000, 400_000]))
    aborts = chance.random() < 0.3

    async def send():
        for start in range(0, len(sent), 16_384):
            writer.write(sent[start:start + 16_384])
            await writer.drain()
            if aborts and start >= len(sent) // 2:
                return
        if chance.random() < 0.2:
            await asyncio.sleep(chance.random())
        writer.write_eof()

    sending = asyncio.create_task(send())
    try:
        if aborts:
            await sending
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            TOLD["aborted"] += 1
            return
        back = await reader.read(-1)
        await sending
        if back == sent:
            TOLD["served"] += 1
            TOLD["octets"] += len(back)
        else:
            TOLD["wrong"].append(f"{name}: {len(back)} of {len(sent)} octets, or others'")
    finally:
        sending.cancel()
        writer.close()


async def client(number):
    chance, count = random.Random(number), 0
    while time.monotonic() < END:
        count += 1
        try:
            await asyncio.wait_for(connection(f"{number}.{count}", chance), PATIENCE)
        except (OSError, asyncio.TimeoutError) as failure:
            TOLD["wrong"].append(f"{number}.{count}: {failure!r}")
        await asyncio.sleep(chance.random() * 0.1)


async def everybody():
    await asyncio.gather(*(client(number) for number in range(CLIENTS)))


asyncio.run(everybody())
TOLD["wrong"] = TOLD["wrong"][:20]
print(json.dumps(TOLD))
