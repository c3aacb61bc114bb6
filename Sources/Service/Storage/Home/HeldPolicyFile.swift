import Foundation
public import SymbolonAccessPolicy
import SymbolonKeys
public import SymbolonNames
import SymbolonWire

/// As it stands in the file: the statement, and the key that was known to be the authority's when it was taken.
private struct HeldPolicyWords: Codable {
    let statement: String
    /// SubjectPublicKeyInfo, in hexadecimal.
    let signer: String
}

/// The policy that ends of this home judge by, kept as `policy.json`: after a restart it is in force at once, and none before
/// it ever again.
extension HomeFolder {
    public var policyFile: String { path + "/policy.json" }
    private var policyLockFile: String { path + "/policy.lock" }

    /// 64 MiB: ten times the largest.
    private static let policyLimit = 1 << 26

    /// Nil when none was ever taken from the authority of this domain. What was noted and does not read is no reason to begin
    /// anew: it says which version must not come back.
    public func heldPolicy(of trustDomain: TrustDomain) throws(HomeFailure) -> VerifiedPolicy? {
        let octets: [UInt8]
        do throws(FileFailure) {
            octets = try FileReading.ownerOnly(policyFile, limit: Self.policyLimit)
        } catch .absent {
            return nil
        } catch {
            throw .file(error)
        }
        guard let words = try? JSONDecoder().decode(HeldPolicyWords.self, from: Data(octets)),
            let encoded = try? Hex.decode(words.signer), let signer = try? PublicKey(subjectPublicKeyInfo: encoded)
        else { throw .policyUnreadable(path: policyFile) }
        do throws(PolicyStatementFailure) {
            return try PresentedPolicy(Array(words.statement.utf8)).verify(by: [signer], of: trustDomain)
        } catch .otherDomain {
            return nil
        } catch {
            throw .policyUnreadable(path: policyFile)
        }
    }

    /// Notes it durably, unless another process of this home has noted a later one.
    public func note(_ policy: VerifiedPolicy) throws(HomeFailure) {
        let words = HeldPolicyWords(
            statement: String(decoding: policy.octets, as: UTF8.self),
            signer: Hex.encode(policy.signer.subjectPublicKeyInfo))
        guard let text = try? JSONEncoder().encode(words) else { throw .policyUnreadable(path: policyFile) }
        do throws(FileFailure) {
            let lock = try OpenFile(keeping: policyLockFile, mode: Self.fileMode)
            try lock.lock(.exclusive)
            defer { lock.unlock() }
            if let known = try? heldPolicy(of: policy.statement.trustDomain), !policy.numbers.follow(known.numbers) {
                return
            }
            try DurableFile.replace(policyFile, with: Array(text), mode: Self.fileMode)
        } catch {
            throw .file(error)
        }
    }

    /// The authority that it was of is here no more.
    public func forgetPolicy() throws(FileFailure) {
        do throws(FileFailure) {
            try DurableFile.remove(policyFile)
        } catch .absent {
            return
        }
    }
}
