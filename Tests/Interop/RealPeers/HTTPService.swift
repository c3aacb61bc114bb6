import Foundation
import SymbolonTestSupport
import Testing

/// Python's web server: `/` says one line, `/file` sends a file, and what is posted comes back.
final class HTTPService: Sendable {
    static let page = "proved\n"

    private static let script = """
        import http.server, sys
        class Service(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def answer(self, body):
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def do_GET(self):
                self.answer(open(sys.argv[1], "rb").read() if self.path == "/file" else b"proved\\n")
            def do_POST(self):
                self.answer(self.rfile.read(int(self.headers["Content-Length"])))
            def log_message(self, form, *values):
                print(form % values, flush=True)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
        print("port", server.server_port, flush=True)
        server.serve_forever()
        """

    let port: Int
    private let program: RunningProgram

    /// What it was asked, a line each.
    var requests: [String] { Array(program.lines.all.dropFirst()) }

    /// - Parameter file: what `/file` sends.
    init(file: String = "/dev/null") async throws {
        let program = try RunningProgram([try Tools.python, "-c", Self.script, file])
        let port = await program.lines.first(after: 0, within: Ends.patience) { line in
            line.hasPrefix("port ") ? Int(line.dropFirst(5)) : nil
        }
        self.port = try #require(port, "\(program.complaints.text)")
        self.program = program
    }
}
