"""SOCKET: passes octets between a port that the system chose and a Unix domain socket, for servers that cannot say their port."""

import asyncio
import sys


async def pass_on(reader, writer):
    try:
        while octets := await reader.read(65536):
            writer.write(octets)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


async def take(reader, writer):
    other_reader, other_writer = await asyncio.open_unix_connection(sys.argv[1])
    await asyncio.gather(pass_on(reader, other_writer), pass_on(other_reader, writer))
    for one in (writer, other_writer):
        one.close()


async def main():
    server = await asyncio.start_server(take, "127.0.0.1", 0)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
