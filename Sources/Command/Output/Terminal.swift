import Foundation
import SymbolonWire

/// Where text goes and whether it may carry colour. Colour is for terminals only, and never when NO_COLOR is set
/// (https://no-color.org: present and not empty).
struct Terminal: Sendable {
    enum Style: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
    }

    let isInteractive: Bool
    let hasColour: Bool
    /// In characters; nil where lines may be of any length.
    let width: Int?

    static let output = Terminal(descriptor: STDOUT_FILENO)
    static let errors = Terminal(descriptor: STDERR_FILENO)

    init(isInteractive: Bool, hasColour: Bool, width: Int? = nil) {
        self.isInteractive = isInteractive
        self.hasColour = hasColour
        self.width = width
    }

    private init(descriptor: Int32) {
        let environment = ProcessInfo.processInfo.environment
        isInteractive = isatty(descriptor) == 1 && environment["TERM"] != "dumb"
        hasColour = isInteractive && (environment["NO_COLOR"] ?? "").isEmpty
        var size = winsize()
        let isKnown = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
        // 40: what is narrower tells its size wrongly more often than rightly.
        width = isInteractive && isKnown && size.ws_col >= 40 ? Int(size.ws_col) : nil
    }

    func styled(_ text: String, _ styles: Style...) -> String {
        guard hasColour, !styles.isEmpty else { return text }
        return "\u{1B}[\(styles.map(\.rawValue).joined(separator: ";"))m\(text)\u{1B}[0m"
    }
}

/// Writes whole lines to standard output or standard error, unbuffered, so that lines of several threads do not mix.
enum Lines {
    static func write(_ line: String, to descriptor: Int32 = STDOUT_FILENO) {
        write(Array(line.utf8) + [UInt8(ascii: "\n")], to: descriptor)
    }

    static func write(_ lines: JSONLines) { write(lines.bytes, to: STDOUT_FILENO) }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var start = 0
        while start < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress! + start, buffer.count - start)
            }
            if written < 0 {
                if errno == EINTR { continue }
                return
            }
            start += written
        }
    }

    static func complain(_ line: String) { write(line, to: STDERR_FILENO) }
}

extension String {
    /// The text with every control character escaped, so that what a peer wrote cannot move the cursor or forge a line.
    var printable: String {
        var result = ""
        for scalar in unicodeScalars {
            if scalar.isUnprintable {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The text with blanks after it up to a width in characters.
    func padded(to width: Int) -> String {
        count >= width ? self : self + String(repeating: " ", count: width - count)
    }

    /// The text in lines of at most so many characters, broken at blanks; a longer word stays whole.
    func wrapped(to width: Int?) -> [String] {
        guard let width, count > width else { return [self] }
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ", omittingEmptySubsequences: false) {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = String(word)
            } else {
                line += line.isEmpty ? String(word) : " " + word
            }
        }
        return lines + [line]
    }
}
