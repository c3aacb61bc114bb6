internal import Foundation

/// What a device reads, as a picture of it mostly: `otpauth://…`, the form that Google Authenticator's "Key URI Format" describes and
/// others read. It has the secret in it: it is shown once.
public struct DeviceLink: Sendable {
    public let text: String

    /// - Parameters:
    ///   - issuer: the site, as the device shows it.
    ///   - account: the person's name there.
    public init(_ code: TimeCode, issuer: String, account: String) {
        text = Self.text(
            "totp", code.secret, code.form, issuer: issuer, account: account, last: "period=\(code.period)")
    }

    public init(_ code: CounterCode, issuer: String, account: String) {
        text = Self.text(
            "hotp", code.secret, code.form, issuer: issuer, account: account, last: "counter=\(code.next)")
    }

    private static func text(
        _ kind: String, _ secret: CodeSecret, _ form: CodeForm, issuer: String, account: String, last: String
    ) -> String {
        let (site, person) = (escaped(issuer), escaped(account))
        return "otpauth://\(kind)/\(site):\(person)?secret=\(secret.text)&issuer=\(site)"
            + "&algorithm=\(form.hash.rawValue.uppercased())&digits=\(form.digits)&\(last)"
    }

    /// RFC 3986 §2.3: unreserved characters stay.
    private static func escaped(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }
}
