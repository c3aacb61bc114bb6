"""An HTTP/1.1 service that says what it got: as its answer, and as a line of JSON."""

import http.server
import json


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def got(self):
        length = self.headers.get("Content-Length")
        body = b""
        if self.headers.get("Transfer-Encoding"):
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                if size == 0:
                    break
                body += self.rfile.read(size)
                self.rfile.readline()
            while True:
                line = self.rfile.readline()
                if line in (b"\r\n", b""):
                    break
                self.headers.add_header(*(part.strip() for part in line.decode("latin-1").split(":", 1)))
        elif length:
            body = self.rfile.read(int(length))
        fields = [f"{name}: {value}" for name, value in self.headers.items()]
        text = json.dumps({"line": self.requestline, "fields": fields, "body": body.decode("latin-1")})
        print(text, flush=True)
        answer = (text + "\n").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = got

    def log_message(self, form, *values):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 256


server = Server(("127.0.0.1", 0), Service)
print("port", server.server_port, flush=True)
server.serve_forever()
