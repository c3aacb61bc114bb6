/// What is asked of a name: the types of RFC 1035 §3.2.2, RFC 3596 §2.1 and RFC 8659 §4.1 that validation reads.
enum RecordType: UInt16, Sendable {
    case a = 1
    case cname = 5
    case txt = 16
    case aaaa = 28
    case caa = 257
}
