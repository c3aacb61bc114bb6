"""An OpenTelemetry collector for traces: reads what it is sent by the published protocol, and says each span as a line of JSON."""

import base64
import http.server
import json
import ssl
import sys
import threading

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

# How many posts are answered with 503 first.
failures = int(sys.argv[1])
# Posts come on threads of their own.
lock = threading.Lock()


def say(**told):
    """A whole line at once."""
    with lock:
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def fails():
    global failures
    with lock:
        failures -= 1
        return failures >= 0


def octets(document):
    """Ids are in hexadecimal (OTLP, "JSON Protobuf Encoding"), where Protocol Buffers' own mapping has base64."""
    if isinstance(document, list):
        return [octets(item) for item in document]
    if not isinstance(document, dict):
        return document
    ids = {"traceId": 16, "spanId": 8, "parentSpanId": 8}
    made = {}
    for name, value in document.items():
        if name in ids:
            raw = bytes.fromhex(value)
            assert len(raw) == ids[name] and value == value.lower(), name
            made[name] = base64.b64encode(raw).decode()
        else:
            made[name] = octets(value)
    return made


def value(given):
    return getattr(given, given.WhichOneof("value"))


def attributes(pairs):
    return {pair.key: str(value(pair.value)) for pair in pairs}


class Collector(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, text, **fields):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        for name, content in fields.items():
            self.send_header(name.replace("_", "-"), content)
        self.end_headers()
        self.wfile.write(text)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/v1/traces" or self.headers["Content-Type"] != "application/json":
            return self.answer(404, b"{}")
        if fails():
            say(event_type="failed")
            return self.answer(503, b"{}", Retry_After="1")
        request = trace_service_pb2.ExportTraceServiceRequest()
        try:
            json_format.ParseDict(octets(json.loads(body)), request)
        except Exception as error:
            say(event_type="unreadable", why=str(error))
            return self.answer(400, b"{}")
        for group in request.resource_spans:
            resource = attributes(group.resource.attributes)
            for scope in group.scope_spans:
                for span in scope.spans:
                    told = {
                        "event_type": "span", "name": span.name, "kind": str(span.kind), "trace": span.trace_id.hex(),
                        "span": span.span_id.hex(), "parent": span.parent_span_id.hex(),
                        "status": str(span.status.code), "state": span.trace_state,
                        "resource": resource["service.name"] + "/" + resource["service.version"],
                        "links": str(len(span.links)), "events": ",".join(event.name for event in span.events),
                        "lasts": str(0 < span.start_time_unix_nano < span.end_time_unix_nano),
                    }
                    say(**{**attributes(span.attributes), **told})
        self.answer(200, b"{}")

    def log_message(self, form, *values):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print("port", server.server_port, flush=True)
server.serve_forever()
