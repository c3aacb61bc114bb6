"""A gRPC service and its client, without a schema: messages are octets.

serve                                       prints `port N`, then a line of JSON for each call
ask TARGET [ROOT KEY CHAIN NAME]            makes a call of every kind, and prints what came as JSON
call TARGET METHOD [ROOT KEY CHAIN NAME]    makes one call, and prints its status
watch TARGET [ROOT KEY CHAIN NAME]          prints `message` for each message of a stream without end, then its status
"""

import concurrent.futures
import hashlib
import json
import sys
import threading
import time

import grpc

LARGE = 8 * 1024 * 1024
OPTIONS = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.enable_retries", 0),
]


def say(value):
    print(value if isinstance(value, str) else json.dumps(value), flush=True)


class Service(grpc.GenericRpcHandler):
    def service(self, details):
        name = details.method.rsplit("/", 1)[1]
        make = {
            "Unary": grpc.unary_unary_rpc_method_handler,
            "Fail": grpc.unary_unary_rpc_method_handler,
            "Slow": grpc.unary_unary_rpc_method_handler,
            "Secret": grpc.unary_unary_rpc_method_handler,
            "Count": grpc.unary_stream_rpc_method_handler,
            "Watch": grpc.unary_stream_rpc_method_handler,
            "Sum": grpc.stream_unary_rpc_method_handler,
            "Chat": grpc.stream_stream_rpc_method_handler,
        }.get(name)
        return make(getattr(self, name)) if make else None

    def note(self, context, method):
        fields = [(key, value) for key, value in context.invocation_metadata()]
        say({"call": method, "certificates": [v for k, v in fields if k == "client-cert"]})
        context.add_callback(lambda: say({"over": method}))

    def Unary(self, request, context):
        self.note(context, "Unary")
        context.send_initial_metadata((("at-first", "yes"),))
        context.set_trailing_metadata((("at-last", "yes"), ("octets-bin", b"\x00\xff")))
        return request[::-1]

    def Fail(self, request, context):
        self.note(context, "Fail")
        context.set_trailing_metadata((("why", "it is not there"),))
        context.abort(grpc.StatusCode.NOT_FOUND, "no such entry: 100 % gone, \u00fc")

    def Slow(self, request, context):
        self.note(context, "Slow")
        ended = threading.Event()
        context.add_callback(ended.set)
        ended.wait(120)
        return b""

    def Secret(self, request, context):
        self.note(context, "Secret")
        return b"secret"

    def Count(self, request, context):
        self.note(context, "Count")
        for number in range(int(request)):
            yield str(number).encode()

    def Watch(self, request, context):
        self.note(context, "Watch")
        while context.is_active():
            yield b"news"
            time.sleep(0.05)

    def Sum(self, requests, context):
        self.note(context, "Sum")
        return str(sum(int(each) for each in requests)).encode()

    def Chat(self, requests, context):
        self.note(context, "Chat")
        for each in requests:
            yield each.upper()


def serve():
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(32), options=OPTIONS)
    server.add_generic_rpc_handlers((Service(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    say(f"port {port}")
    server.wait_for_termination()


def channel(target, papers):
    if not papers:
        return grpc.insecure_channel(target, options=OPTIONS)
    root, key, chain, name = papers
    read = lambda path: open(path, "rb").read()
    credentials = grpc.ssl_channel_credentials(read(root), read(key), read(chain))
    return grpc.secure_channel(
        target, credentials, options=OPTIONS + [("grpc.ssl_target_name_override", name), ("grpc.default_authority", name)]
    )


def path(method):
    return f"/echo.Echo/{method}"


def status(call):
    return {"code": call.code().name, "details": call.details() or ""}


def outcome(work):
    try:
        work()
        return {"code": "OK", "details": ""}
    except grpc.RpcError as error:
        return status(error)


PATIENCE = 60


def ask(connection):
    result = {}
    message = bytes(range(256)) * 4
    reply, call = connection.unary_unary(path("Unary")).with_call(message, timeout=PATIENCE)
    trailing = dict(call.trailing_metadata())
    result["unary"] = reply == message[::-1]
    result["initial"] = dict(call.initial_metadata()).get("at-first") == "yes"
    result["trailing"] = trailing.get("at-last") == "yes" and trailing.get("octets-bin") == b"\x00\xff"
    numbers = connection.unary_stream(path("Count"))(b"1000", timeout=PATIENCE)
    result["serverStream"] = [int(each) for each in numbers] == list(range(1000))
    total = connection.stream_unary(path("Sum"))((str(n).encode() for n in range(1000)), timeout=PATIENCE)
    result["clientStream"] = int(total) == sum(range(1000))
    # Each message goes out when the answer to the one before is there.
    answered = threading.Semaphore(1)

    def questions():
        for number in range(100):
            answered.acquire()
            yield f"word {number}".encode()

    chat = connection.stream_stream(path("Chat"))(questions(), timeout=PATIENCE)
    heard = []
    for each in chat:
        heard.append(each)
        answered.release()
    result["bidirectional"] = heard == [f"WORD {number}".encode() for number in range(100)]
    large = hashlib.shake_128(b"large").digest(LARGE)
    result["large"] = connection.unary_unary(path("Unary"))(large, timeout=PATIENCE) == large[::-1]
    result["failure"] = outcome(lambda: connection.unary_unary(path("Fail"))(b"", timeout=PATIENCE))
    result["unknown"] = outcome(lambda: connection.unary_unary(path("None"))(b"", timeout=PATIENCE))
    result["deadline"] = outcome(lambda: connection.unary_unary(path("Slow"))(b"", timeout=1))
    future = connection.unary_unary(path("Slow")).future(b"", timeout=PATIENCE)
    future.cancel()
    result["cancelled"] = {"code": future.code().name, "details": ""}
    say(result)


def call(connection, method):
    say(outcome(lambda: connection.unary_unary(path(method))(b"", timeout=PATIENCE)))


def watch(connection):
    stream = connection.unary_stream(path("Watch"))(b"")
    try:
        for _ in stream:
            say("message")
    except grpc.RpcError as error:
        say(status(error))


words = sys.argv[1:]
if words[0] == "serve":
    serve()
elif words[0] == "ask":
    with channel(words[1], words[2:]) as connection:
        ask(connection)
elif words[0] == "call":
    with channel(words[1], words[3:]) as connection:
        call(connection, words[2])
elif words[0] == "watch":
    with channel(words[1], words[2:]) as connection:
        watch(connection)
