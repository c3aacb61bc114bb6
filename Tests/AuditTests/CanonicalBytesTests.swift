import Foundation
import SymbolonTestSupport
import Testing

@testable import SymbolonAudit

@Suite("One event, one spelling in bytes")
struct CanonicalBytesTests {
    @Test("the fields stand where the table says")
    func layout() {
        let event = AuditEvent(
            .certificateIssued, at: Date(timeIntervalSince1970: 1.5), actor: "a", subject: "bc", details: ["k": "v"])
        let expected: [UInt8] =
            [1, 0, 0, 0, 0, 0, 0, 0x05, 0xDC]
            + [0, 0, 0, 18] + Array("certificate.issued".utf8)
            + [0, 0, 0, 1] + Array("a".utf8)
            + [0, 0, 0, 2] + Array("bc".utf8)
            + [0, 0, 0, 1] + [0, 0, 0, 1] + Array("k".utf8) + [0, 0, 0, 1] + Array("v".utf8)
        #expect(event.canonicalBytes == expected)
    }

    static let awkward = [
        "", "plain", "two\nlines", "\"quoted\",\"json\":{}", "\u{1b}[31mred\u{1b}[0m", "\u{0}nul", "e\u{301}", "\u{e9}",
        "\u{202e}backwards", "\r\n2026-01-01 certificate.issued root", String(repeating: "x", count: 70_000),
    ]

    @Test("A05: any text in any field stays in one event and reads back as it was", arguments: awkward)
    func roundTrip(_ text: String) throws {
        let event = AuditEvent(
            .issuanceRefused, at: noon, actor: text, subject: text, details: ["a": text, text: "b", "zz": ""])
        #expect(try AuditEvent(canonicalBytes: event.canonicalBytes) == event)
    }

    @Test("text moved from one field to the next makes other bytes")
    func fieldsDoNotRunTogether() {
        let one = AuditEvent(.certificateIssued, at: noon, actor: "ab", subject: "c")
        let other = AuditEvent(.certificateIssued, at: noon, actor: "a", subject: "bc")
        #expect(one.canonicalBytes != other.canonicalBytes)
    }

    @Test(
        "times far outside a calendar are held inside it",
        arguments: [-1e18, 1e18, .nan, .infinity, -.infinity] as [TimeInterval])
    func times(_ seconds: TimeInterval) throws {
        let event = AuditEvent(.authorityCreated, at: Date(timeIntervalSince1970: seconds), actor: "a", subject: "s")
        #expect(try AuditEvent(canonicalBytes: event.canonicalBytes) == event)
    }

    @Test("bytes cut anywhere, or with one more, are refused")
    func cut() throws {
        let bytes = Record.event(1).canonicalBytes
        for length in 0..<bytes.count {
            #expect(throws: AuditFailure.unreadable(.truncated)) {
                try AuditEvent(canonicalBytes: Array(bytes.prefix(length)))
            }
        }
        #expect(throws: AuditFailure.unreadable(.notCanonical)) { try AuditEvent(canonicalBytes: bytes + [0]) }
    }

    struct Spoiled: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let failure: AuditFailure
        let bytes: [UInt8]
    }

    static let spoiled = [
        Spoiled(testDescription: "another version", failure: .unreadable(.version), bytes: [2]),
        Spoiled(
            testDescription: "a kind nobody knows", failure: .unreadable(.kind("certificate.blessed")),
            bytes: event(kind: "certificate.blessed")),
        Spoiled(
            testDescription: "text that is not UTF-8", failure: .unreadable(.notUTF8),
            bytes: [1] + [UInt8](repeating: 0, count: 8) + [0, 0, 0, 1, 0xFF]),
        Spoiled(
            testDescription: "details out of order", failure: .unreadable(.notCanonical),
            bytes: event(details: [("b", "1"), ("a", "2")])),
        Spoiled(
            testDescription: "a detail twice", failure: .unreadable(.notCanonical),
            bytes: event(details: [("a", "1"), ("a", "1")])),
        Spoiled(
            testDescription: "a count of details that is not there", failure: .unreadable(.truncated),
            bytes: event(details: [], claiming: .max)),
        Spoiled(
            testDescription: "a time after the year 9999", failure: .unreadable(.notCanonical),
            bytes: event(milliseconds: 253_402_300_800_000)),
    ]

    @Test("refuses", arguments: spoiled)
    func refusal(_ spoiled: Spoiled) {
        #expect(throws: spoiled.failure) { try AuditEvent(canonicalBytes: spoiled.bytes) }
    }

    private static func event(
        milliseconds: UInt64 = 0, kind: String = "certificate.issued", details: [(String, String)] = [],
        claiming count: UInt32? = nil
    ) -> [UInt8] {
        var bytes: [UInt8] = [1]
        bytes.appendBigEndian(milliseconds)
        for text in [kind, "actor", "subject"] { bytes.appendText(text) }
        bytes.appendBigEndian(count ?? UInt32(details.count))
        for (name, value) in details {
            bytes.appendText(name)
            bytes.appendText(value)
        }
        return bytes
    }
}
