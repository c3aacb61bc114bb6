import Foundation
import Testing

@testable import SymbolonStorage

@Suite("A durable file is there whole, with the mode asked for, or not at all")
struct DurableFileTests {
    @Test("replaces a file and leaves nothing beside it")
    func replaces() throws {
        let scratch = try Scratch()
        let path = scratch.file("value")
        try DurableFile.replace(path, with: [1, 2, 3], mode: 0o600)
        try DurableFile.replace(path, with: [4], mode: 0o640)
        #expect(try content(path) == [4])
        #expect(try mode(path) == 0o640)
        #expect(try namesInFolder(scratch.path) == ["value"])
    }

    @Test("creates where there is nothing, and refuses to overwrite")
    func creates() throws {
        let scratch = try Scratch()
        let path = scratch.file("key")
        try DurableFile.create(path, with: [1], mode: 0o600)
        #expect(throws: FileFailure.exists(path: path)) { try DurableFile.create(path, with: [2], mode: 0o600) }
        #expect(try content(path) == [1])
        #expect(try namesInFolder(scratch.path) == ["key"])
    }

    @Test("a failed replacement leaves the old file and no trace")
    func failure() throws {
        let scratch = try Scratch()
        let path = scratch.file("folder")
        try makeFolder(path, mode: 0o700)
        try scratch.write("folder/inside", "x")
        #expect(throws: FileFailure.self) { try DurableFile.replace(path, with: [1], mode: 0o600) }
        #expect(try namesInFolder(scratch.path) == ["folder"])
    }

    @Test("a link in the target's place is replaced, not written through")
    func link() throws {
        let scratch = try Scratch()
        let far = try scratch.write("far", "untouched")
        try FileManager.default.createSymbolicLink(atPath: scratch.file("near"), withDestinationPath: far)
        try DurableFile.replace(scratch.file("near"), with: [1], mode: 0o600)
        #expect(try content(far) == Array("untouched".utf8))
        #expect(try fileStatus(of: scratch.file("near"), links: .refuse).kind == .regularFile)
    }

    @Test("removes a file, and says when there is none")
    func removes() throws {
        let scratch = try Scratch()
        let path = try scratch.write("value", "x")
        try DurableFile.remove(path)
        #expect(throws: FileFailure.absent(path: path)) { try DurableFile.remove(path) }
    }
}

@Suite("An owner-only file is read only when it is one")
struct OwnerOnlyReading {
    @Test("reads a file of mode 0600 and of 0400", arguments: [0o600, 0o400])
    func honest(_ mode: Int) throws {
        let scratch = try Scratch()
        let path = try scratch.write("ok-\(mode)", "content", mode: mode)
        #expect(try FileReading.ownerOnly(path, limit: 100) == Array("content".utf8))
    }

    @Test("refuses a wider mode and gives the command that mends it", arguments: [0o640, 0o604, 0o620, 0o601, 0o4600])
    func wide(_ mode: Int) throws {
        let scratch = try Scratch()
        let path = try scratch.write("it's", "content", mode: mode)
        let failure = FileFailure.tooWide(path: path, mode: UInt32(mode), allowed: 0o600)
        #expect(throws: failure) { try FileReading.ownerOnly(path, limit: 100) }
        #expect(failure.explanation.hasSuffix(#"run: chmod 0600 '\#(scratch.path)/it'\''s'"#))
    }

    @Test("refuses a symbolic link, even to a good file")
    func link() throws {
        let scratch = try Scratch()
        let path = scratch.file("link")
        try FileManager.default.createSymbolicLink(
            atPath: path, withDestinationPath: try scratch.write("good", "content"))
        #expect(throws: FileFailure.symbolicLink(path: path)) { try FileReading.ownerOnly(path, limit: 100) }
    }

    @Test("refuses a folder and a pipe, and does not wait for the pipe's far end")
    func kinds() throws {
        let scratch = try Scratch()
        let folder = scratch.file("folder")
        try makeFolder(folder, mode: 0o700)
        #expect(throws: FileFailure.wrongKind(path: folder, found: .folder, wanted: .regularFile)) {
            try FileReading.ownerOnly(folder, limit: 100)
        }
        let pipe = scratch.file("pipe")
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        #expect(throws: FileFailure.wrongKind(path: pipe, found: .other, wanted: .regularFile)) {
            try FileReading.ownerOnly(pipe, limit: 100)
        }
    }

    @Test("reads up to the limit and refuses one octet more")
    func limit() throws {
        let scratch = try Scratch()
        let path = try scratch.write("limit", "12345")
        #expect(try FileReading.ownerOnly(path, limit: 5).count == 5)
        #expect(throws: FileFailure.tooLarge(path: path, limit: 4)) { try FileReading.ownerOnly(path, limit: 4) }
    }

    @Test("refuses a file of another user", .enabled(if: effectiveUser() == 0))
    func owner() throws {
        let scratch = try Scratch()
        let path = try scratch.write("owned", "content")
        #expect(unsafe chown(path, 65534, 65534) == 0)
        #expect(throws: FileFailure.foreignOwner(path: path, owner: 65534, expected: 0)) {
            try FileReading.ownerOnly(path, limit: 100)
        }
    }
}
