/// Other people's servers on loopback, in the foreground, with all that they write in one folder.
public enum WebServer {
    /// nginx.
    /// - Parameter server: the inside of its one `server`.
    public static func nginx(_ server: String, in folder: TemporaryFolder) throws -> RunningProgram {
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(folder.path)/\($0);" }.joined(separator: " ")
        let configuration = try folder.write(
            """
            daemon off; master_process off; pid \(folder.path)/nginx.pid; error_log \(folder.path)/nginx.log info;
            events {}
            http { access_log off; \(temporary) server { \(server) } }
            """, to: "nginx.conf")
        return try RunningProgram(["/usr/sbin/nginx", "-c", configuration, "-p", folder.path])
    }

    /// HAProxy by a configuration.
    public static func haproxy(_ configuration: String) throws -> RunningProgram {
        try RunningProgram(["/usr/sbin/haproxy", "-f", configuration, "-db"])
    }

    /// HAProxy's configuration.
    /// - Parameters:
    ///   - mode: `http` or `tcp`.
    ///   - frontend: the lines of its one frontend.
    public static func haproxyConfiguration(
        _ mode: String, _ frontend: [String], in folder: TemporaryFolder
    ) throws -> String {
        let lines = frontend.map { "    \($0)\n" }.joined()
        return try folder.write(
            """
            global
                maxconn 100
            defaults
                mode \(mode)
                timeout client 5s
                timeout server 5s
                timeout connect 5s
            frontend front
            \(lines)
            """, to: "haproxy.cfg")
    }
}
