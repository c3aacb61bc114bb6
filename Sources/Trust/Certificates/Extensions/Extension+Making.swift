internal import SwiftASN1
public import SymbolonNames

/// Extensions to put into certificates, each critical or not as RFC 5280 §4.2.1 says for an authority that conforms.
extension Extension {
    /// §4.2.1.9: critical.
    public static func basicConstraints(_ constraints: BasicConstraints) -> Extension {
        Extension(.basicConstraints, isCritical: true, value: constraints.derBytes)
    }

    /// §4.2.1.3: critical.
    public static func keyUsage(_ usage: KeyUsage) -> Extension {
        Extension(.keyUsage, isCritical: true, value: usage.derBytes)
    }

    /// §4.2.1.12: not critical, so that a verifier that looks for other purposes may read on.
    public static func extendedKeyUsage(_ usage: ExtendedKeyUsage) -> Extension {
        Extension(.extendedKeyUsage, isCritical: false, value: usage.derBytes)
    }

    /// §4.2.1.6: critical exactly when the subject is empty.
    public static func subjectAlternativeName(_ names: [GeneralName], isCritical: Bool) -> Extension {
        let value = DER.Serializer.bytes { der in
            der.sequence { der in
                for name in names { name.write(into: &der) }
            }
        }
        return Extension(.subjectAlternativeName, isCritical: isCritical, value: value)
    }

    /// §4.2.1.10: critical.
    public static func nameConstraints(_ constraints: NameConstraints) -> Extension {
        Extension(.nameConstraints, isCritical: true, value: constraints.derBytes)
    }

    /// §4.2.1.2: not critical.
    public static func subjectKeyIdentifier(_ identifier: [UInt8]) -> Extension {
        Extension(.subjectKeyIdentifier, isCritical: false, value: DER.Serializer.bytes { $0.octetString(identifier) })
    }

    /// §4.2.1.1: not critical.
    public static func authorityKeyIdentifier(_ identifier: AuthorityKeyIdentifier) -> Extension {
        Extension(.authorityKeyIdentifier, isCritical: false, value: identifier.derBytes)
    }
}

extension DER.Serializer {
    /// RFC 5280 §4.1: `SEQUENCE OF Extension`.
    mutating func extensions(_ extensions: [Extension]) {
        sequence { der in
            for one in extensions {
                der.sequence { der in
                    der.objectIdentifier(one.identifier)
                    if one.isCritical { der.boolean(true) }
                    der.octetString(one.value)
                }
            }
        }
    }
}
