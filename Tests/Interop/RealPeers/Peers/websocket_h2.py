"""PORT NAME PATH ROOT KEY CHAIN: WebSocket over HTTP/2 (RFC 8441) by hand; prints what came as JSON."""

import json
import os
import socket
import ssl
import sys

import h2.config
import h2.connection
import h2.events
import h2.settings

port, name, path, root, key, chain = sys.argv[1:]
context = ssl.create_default_context(cafile=root)
context.load_cert_chain(chain, key)
context.set_alpn_protocols(["h2"])
wire = context.wrap_socket(socket.create_connection(("127.0.0.1", int(port)), 60), server_hostname=name)
connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
connection.initiate_connection()
wire.sendall(connection.data_to_send())
result = {"announced": None, "status": None, "isEnded": False}
heard = b""


def frame(opcode, payload):
    mask = os.urandom(4)
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
    return bytes([0x80 | opcode]) + length + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


def hear(condition):
    global heard
    while not condition():
        octets = wire.recv(65536)
        if not octets:
            break
        for event in connection.receive_data(octets):
            if isinstance(event, h2.events.RemoteSettingsChanged):
                change = event.changed_settings.get(h2.settings.SettingCodes.ENABLE_CONNECT_PROTOCOL)
                result["announced"] = change.new_value if change else 0
            elif isinstance(event, h2.events.ResponseReceived):
                result["status"] = dict(event.headers)[":status"]
            elif isinstance(event, h2.events.DataReceived):
                heard += event.data
                connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, (h2.events.StreamEnded, h2.events.StreamReset)):
                result["isEnded"] = isinstance(event, h2.events.StreamEnded)
                result["over"] = True
        wire.sendall(connection.data_to_send())


hear(lambda: result["announced"] is not None)
head = [(":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"), (":path", path), (":authority", name)]
connection.send_headers(1, head + [("sec-websocket-version", "13")])
wire.sendall(connection.data_to_send())
hear(lambda: result["status"] is not None)
if result["status"] == "200":
    word = b"symbolon " * 100
    connection.send_data(1, frame(1, word))
    wire.sendall(connection.data_to_send())
    hear(lambda: len(heard) >= len(word) + 4)
    result["echo"] = heard[4:] == word and heard[:2] == b"\x81\x7e"
    heard = b""
    connection.send_data(1, frame(8, (1000).to_bytes(2, "big")))
    wire.sendall(connection.data_to_send())
    hear(lambda: len(heard) >= 4)
    result["code"] = int.from_bytes(heard[2:4], "big")
    connection.send_data(1, b"", end_stream=True)
    wire.sendall(connection.data_to_send())
    hear(lambda: "over" in result)
print(json.dumps({name: value for name, value in result.items() if name != "over"}), flush=True)
