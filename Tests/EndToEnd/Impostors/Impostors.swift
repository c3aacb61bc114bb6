import Testing

extension EndToEnd {
    /// Every kind of stranger at one protected service, each refused with its own reason and alert, and its honest twin
    /// let in beside it.
    @Suite("Impostors on a real socket, before an untouched backend", .gallery, .timeLimit(.minutes(2)))
    struct Impostors {
        static var gallery: Gallery {
            get throws { try #require(Gallery.open) }
        }
    }
}
