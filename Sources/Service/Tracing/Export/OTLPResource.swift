/// Who says what spans say: OpenTelemetry semantic conventions, "Service".
public struct OTLPResource: Hashable, Sendable {
    /// `service.name`.
    public var name: String
    /// `service.instance.id`: of this process alone.
    public var instance: String
    /// `service.version`.
    public var version: String

    public init(name: String, instance: String, version: String) {
        self.name = name
        self.instance = instance
        self.version = version
    }
}
