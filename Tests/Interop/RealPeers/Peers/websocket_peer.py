"""A WebSocket service that says back what it hears, and its client.

serve                                      prints `port N`
talk PORT HOST PATH [ROOT KEY CHAIN]       says what is large and small, and prints what came as JSON
hold PORT HOST PATH [ROOT KEY CHAIN]       says a line of its input, prints the answer, and then how it ended
"""

import json
import socket
import ssl
import sys

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.sync.server import serve


def say(value):
    print(value if isinstance(value, str) else json.dumps(value), flush=True)


def echo(connection):
    fields = connection.request.headers
    say({"path": connection.request.path, "certificates": fields.get_all("Client-Cert")})
    for message in connection:
        connection.send(message)


def reach(port, host, path, papers):
    context = None
    if papers:
        root, key, chain = papers
        context = ssl.create_default_context(cafile=root)
        context.load_cert_chain(chain, key)
    return connect(
        f"{'wss' if papers else 'ws'}://{host}:{port}{path}",
        sock=socket.create_connection(("127.0.0.1", int(port))),
        ssl=context,
        server_hostname=host if papers else None,
        max_size=None,
        open_timeout=60,
    )


def talk(connection):
    with connection:
        large = bytes(range(256)) * 16384
        result = {}
        for name, message in [("text", "\u03c3\u03cd\u03bc\u03b2\u03bf\u03bb\u03bf\u03bd"), ("large", large)]:
            connection.send(message)
            result[name] = connection.recv(timeout=60) == message
        connection.send(part for part in ["in ", "three ", "parts"])
        result["parts"] = connection.recv(timeout=60) == "in three parts"
        result["ping"] = connection.ping().wait(60)
        connection.close(1000, "done")
        result["code"] = connection.protocol.close_rcvd.code
        say(result)


def hold(connection):
    with connection:
        connection.send(sys.stdin.readline().strip())
        say(connection.recv(timeout=60))
        try:
            connection.recv()
        except ConnectionClosed as closed:
            say({"closed": closed.rcvd.code if closed.rcvd else None})


words = sys.argv[1:]
if words[0] == "serve":
    with serve(echo, "127.0.0.1", 0, max_size=None) as server:
        say(f"port {server.socket.getsockname()[1]}")
        server.serve_forever()
else:
    try:
        connection = reach(words[1], words[2], words[3], words[4:])
        (talk if words[0] == "talk" else hold)(connection)
    except InvalidStatus as refused:
        say({"status": refused.response.status_code})
