"""A service, and a client, that trace by OpenTelemetry's own SDK: what the one is told of a trace, and what the other tells."""

import http.client
import http.server
import json
import sys

from opentelemetry import trace
from opentelemetry.propagate import extract, inject
from opentelemetry.sdk.trace import TracerProvider


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        place = trace.get_current_span(extract(dict(self.headers.items()))).get_span_context()
        text = json.dumps(
            {"trace": format(place.trace_id, "032x"), "parent": format(place.span_id, "016x"),
             "sampled": place.trace_flags.sampled}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, form, *values):
        pass


def serve():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    print("port", server.server_port, flush=True)
    server.serve_forever()


def ask(port, host, path):
    with TracerProvider().get_tracer("client").start_as_current_span("ask") as span:
        fields = {"Host": host, "Connection": "close"}
        inject(fields)
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)
        connection.request("GET", path, headers=fields)
        answer = connection.getresponse()
        heard = json.loads(answer.read())
        place = span.get_span_context()
        own = {"ownTrace": format(place.trace_id, "032x"), "ownSpan": format(place.span_id, "016x")}
        print(json.dumps({**heard, **own}))


if sys.argv[1] == "serve":
    serve()
else:
    ask(*sys.argv[2:])
