/// The identifiers this module reads and writes.
extension ObjectIdentifier {
    // Certificate extensions: RFC 5280 §4.2.1.
    public static let subjectKeyIdentifier = ObjectIdentifier(2, 5, 29, 14)
    public static let keyUsage = ObjectIdentifier(2, 5, 29, 15)
    public static let subjectAlternativeName = ObjectIdentifier(2, 5, 29, 17)
    public static let basicConstraints = ObjectIdentifier(2, 5, 29, 19)
    public static let nameConstraints = ObjectIdentifier(2, 5, 29, 30)
    public static let certificatePolicies = ObjectIdentifier(2, 5, 29, 32)
    public static let policyMappings = ObjectIdentifier(2, 5, 29, 33)
    public static let authorityKeyIdentifier = ObjectIdentifier(2, 5, 29, 35)
    public static let policyConstraints = ObjectIdentifier(2, 5, 29, 36)
    public static let extendedKeyUsage = ObjectIdentifier(2, 5, 29, 37)
    public static let inhibitAnyPolicy = ObjectIdentifier(2, 5, 29, 54)
    /// RFC 5280 §4.2.2.1.
    public static let authorityInformationAccess = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 1, 1)

    /// RFC 5280 §4.2.1.4: stands for every policy.
    public static let anyPolicy = ObjectIdentifier(2, 5, 29, 32, 0)

    // Key purposes: RFC 5280 §4.2.1.12.
    static let anyExtendedKeyUsage = ObjectIdentifier(2, 5, 29, 37, 0)
    static let serverAuth = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 3, 1)
    static let clientAuth = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 3, 2)
    static let codeSigning = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 3, 3)
    static let emailProtection = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 3, 4)
    static let timeStamping = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 3, 8)
    static let ocspSigning = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 3, 9)

    // Attributes of names: RFC 4519 §2, RFC 2985 §5.2.1.
    public static let commonName = ObjectIdentifier(2, 5, 4, 3)
    public static let countryName = ObjectIdentifier(2, 5, 4, 6)
    public static let localityName = ObjectIdentifier(2, 5, 4, 7)
    public static let stateOrProvinceName = ObjectIdentifier(2, 5, 4, 8)
    public static let streetAddress = ObjectIdentifier(2, 5, 4, 9)
    public static let organizationName = ObjectIdentifier(2, 5, 4, 10)
    public static let organizationalUnitName = ObjectIdentifier(2, 5, 4, 11)
    public static let userID = ObjectIdentifier(0, 9, 2342, 19_200_300, 100, 1, 1)
    public static let domainComponent = ObjectIdentifier(0, 9, 2342, 19_200_300, 100, 1, 25)
    public static let emailAddress = ObjectIdentifier(1, 2, 840, 113_549, 1, 9, 1)

    // Attributes of requests: RFC 2985 §5.4.2.
    static let extensionRequest = ObjectIdentifier(1, 2, 840, 113_549, 1, 9, 14)
}
