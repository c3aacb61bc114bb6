"""A TLS client that keeps the rules but for one, and tells what it gets for that: one JSON object on one line.

  hostile.py PORT NAME CHAIN KEY DEED [DETAIL]     an empty CHAIN shows no certificate

The outcome is "served" (a line came back), "alert" with its name, or "closed". Everything is bounded: 20 s, one connection
but where a deed needs two."""

import json
import socket
import ssl
import struct
import sys

from tlslite.api import HandshakeSettings, TLSAbruptCloseError, TLSConnection, TLSLocalAlert, TLSRemoteAlert, X509, X509CertChain
from tlslite.api import parsePEMKey
from tlslite.constants import AlertDescription, ContentType, KeyUpdateMessageType
from tlslite.messages import Certificate, CertificateVerify, Message
from tlslite.utils.pem import dePemList

PORT, NAME, CHAIN, KEY, DEED, *DETAIL = sys.argv[1:]
LINE = b"are you there?\n"
PATIENCE = 20


def connected():
    link = socket.create_connection(("127.0.0.1", int(PORT)), timeout=PATIENCE)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


def told(outcome, **more):
    print(json.dumps({"outcome": outcome} | more))


# By tlslite-ng


class Spoiled(TLSConnection):
    """Changes what the client says before it is sealed."""

    def __init__(self, link, change):
        super().__init__(link)
        self.change = change

    def _sendMsg(self, msg, *arguments, **options):
        changed = self.change(msg)
        if changed is not None:
            yield from super()._sendMsg(changed, *arguments, **options)


def papers():
    certificates = []
    for der in dePemList(open(CHAIN).read(), "CERTIFICATE"):
        certificate = X509()
        certificate.parseBinary(der)
        certificates.append(certificate)
    return X509CertChain(certificates), parsePEMKey(open(KEY).read(), private=True)


def settings(newest=(3, 4), **more):
    made = HandshakeSettings()
    made.minVersion, made.maxVersion = (3, 3), newest
    made.versions = [version for version in ((3, 4), (3, 3)) if version <= newest]
    made.keyShares = ["x25519"]
    made.certificate_compression_send = []
    for name, value in more.items():
        setattr(made, name, value)
    return made


def spoken(change=lambda msg: msg, made=None, shown=None, after=lambda link: None, alpn=None):
    """Shakes hands, does what is to be done after it, and asks for the line."""
    link = Spoiled(connected(), change)
    chain, key = shown or papers()
    try:
        link.handshakeClientCert(chain, key, settings=made or settings(), serverName=NAME, alpn=alpn)
        after(link)
        link.write(LINE)
        back = link.read(max=len(LINE), min=len(LINE))
        told("served" if bytes(back) == LINE else "closed", version=link.getVersionName(), alpn=(link.session.appProto or b"").decode())
    except TLSRemoteAlert as alert:
        told("alert", alert=AlertDescription.toStr(alert.description))
    except TLSLocalAlert as alert:
        told("refusedHere", alert=AlertDescription.toStr(alert.description), why=str(alert))
    except (TLSAbruptCloseError, ConnectionError):
        told("closed")


def key_updates(count):
    def after(link):
        for _ in range(count):
            for _ in link.send_keyupdate_request(KeyUpdateMessageType.update_not_requested):
                pass

    spoken(after=after)


def without_proof(msg):
    return None if isinstance(msg, CertificateVerify) else msg


def with_broken_proof(msg):
    if isinstance(msg, CertificateVerify):
        msg.signature = bytearray(msg.signature)
        msg.signature[-1] ^= 1
    return msg


def replayed_proof():
    """The signature of an earlier connection, which covered another transcript."""
    kept = []

    def keep(msg):
        if isinstance(msg, CertificateVerify):
            kept.append(bytearray(msg.signature))
        return msg

    link = Spoiled(connected(), keep)
    link.handshakeClientCert(*papers(), settings=settings(), serverName=NAME)
    link.close()

    def replay(msg):
        if isinstance(msg, CertificateVerify):
            msg.signature = kept[0]
        return msg

    spoken(replay)


def empty_certificate(msg):
    """An empty list, and then a proof of nothing all the same."""
    return msg.create(X509CertChain(), msg.certificate_request_context) if isinstance(msg, Certificate) else msg


def other_key():
    """The honest chain, with the proof of another's key."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    spoken(shown=(papers()[0], parsePEMKey(pem.decode(), private=True)))


# By hand


def records(octets):
    """(type, body) of each whole record, and what is left."""
    found = []
    while len(octets) >= 5 and len(octets) >= 5 + struct.unpack(">H", octets[3:5])[0]:
        length = struct.unpack(">H", octets[3:5])[0]
        found.append((octets[0], octets[5:5 + length]))
        octets = octets[5 + length:]
    return found, octets


def record(kind, body):
    return struct.pack(">BHH", kind, 0x0303, len(body)) + body


def answered(link):
    """What comes to a hello that somebody made by hand: a plain alert, the server's hello, or the end."""
    octets = b""
    try:
        while True:
            found, _ = records(octets)
            if found:
                kind, body = found[0]
                if kind == ContentType.alert:
                    return told("alert", alert=AlertDescription.toStr(body[1]))
                return told("helloed" if kind == ContentType.handshake else "closed")
            more = link.recv(65536)
            if not more:
                return told("closed")
            octets += more
    except ConnectionError:
        told("closed")


def by_openssl(change, alpn=None):
    """Python's own ssl makes the handshake; `change` makes of its first flight what is sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if CHAIN:
        context.load_cert_chain(CHAIN, KEY)
    if alpn:
        context.set_alpn_protocols(alpn)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=NAME)
    link, is_first = connected(), True

    def pump(step):
        nonlocal is_first
        while True:
            try:
                result, wanted = step(), False
            except ssl.SSLWantReadError:
                result, wanted = None, True
            flight = outgoing.read()
            if flight:
                if is_first:
                    for part in change(flight):
                        link.sendall(part)
                else:
                    link.sendall(flight)
                is_first = False
            if not wanted:
                return result
            more = link.recv(65536)
            if not more:
                raise ConnectionResetError
            incoming.write(more)

    try:
        pump(tls.do_handshake)
        pump(lambda: tls.write(LINE))
        back = pump(lambda: tls.read(len(LINE)))
        told("served" if back == LINE else "answered", version=tls.version(), alpn=tls.selected_alpn_protocol() or "")
    except ssl.SSLError as error:
        # "[SSL: NAME] tlsv1 alert unknown ca (_ssl.c:1)"; of newer alerts there is no name.
        words = str(error).rsplit(" (", 1)[0].rsplit("] ", 1)[-1]
        told("alert", alert=words.rpartition(" alert ")[2].replace(" ", "_"))
    except ConnectionError:
        told("closed")


def split(size):
    def change(flight):
        for kind, body in records(flight)[0]:
            for start in range(0, len(body), size):
                yield record(kind, body[start:start + size])

    by_openssl(change)


def glued():
    """A whole message of the next key's behind the hello, in the record of the hello."""

    def change(flight):
        (kind, body), *_ = records(flight)[0]
        yield record(kind, body + struct.pack(">B", 20) + (32).to_bytes(3, "big") + bytes(32))

    by_openssl(change)


def before(header):
    by_openssl(lambda flight: [header + flight])


PROXY_V1 = b"PROXY TCP4 10.0.0.7 10.0.0.8 4711 443\r\n"
# The signature; version 2, PROXY; TCP over IPv4; 12 octets of addresses and a PP2_TYPE_SSL of a client that was verified.
SSL_TLV = struct.pack(">BHBI", 0x20, 5, 7, 0)
PROXY_V2 = b"\r\n\r\n\0\r\nQUIT\n" + struct.pack(">BBH", 0x21, 0x11, 12 + len(SSL_TLV)) + bytes(
    [10, 0, 0, 7, 10, 0, 0, 8]) + struct.pack(">HH", 4711, 443) + SSL_TLV

X25519_MLKEM768, X25519, SECP256R1 = 0x11EC, 0x001D, 0x0017
# All coefficients 0 and a seed of zeros: FIPS 203 §7.2 has nothing against it.
ENCAPSULATION_KEY = bytes(1184)
POINT = bytes([9]) + bytes(31)
SHARES = {
    "good": (X25519_MLKEM768, ENCAPSULATION_KEY + POINT, [X25519_MLKEM768]),
    "short": (X25519_MLKEM768, (ENCAPSULATION_KEY + POINT)[:-1], [X25519_MLKEM768]),
    "long": (X25519_MLKEM768, ENCAPSULATION_KEY + POINT + b"\0", [X25519_MLKEM768]),
    "empty": (X25519_MLKEM768, b"", [X25519_MLKEM768]),
    "coefficients": (X25519_MLKEM768, b"\xff" * 1152 + bytes(32) + POINT, [X25519_MLKEM768]),
    "zero": (X25519_MLKEM768, ENCAPSULATION_KEY + bytes(32), [X25519_MLKEM768]),
    "classical-zero": (X25519, bytes(32), [X25519]),
    "off-curve": (SECP256R1, b"\4" + b"\1" * 64, [SECP256R1]),
    "infinity": (SECP256R1, b"\0", [SECP256R1]),
}


def extension(number, body):
    return struct.pack(">HH", number, len(body)) + body


def counted(body, width=2):
    return len(body).to_bytes(width, "big") + body


def share(name):
    """RFC 8446 §4.1.2, with one key share as its name says."""
    group, key, groups = SHARES[name]
    extensions = b"".join([
        extension(0, counted(b"\0" + counted(NAME.encode()))),
        extension(43, b"\x02\x03\x04"),
        extension(13, counted(struct.pack(">HHH", 0x0403, 0x0807, 0x0804))),
        extension(10, counted(b"".join(struct.pack(">H", each) for each in groups))),
        extension(51, counted(struct.pack(">H", group) + counted(key))),
    ])
    hello = b"\x03\x03" + b"\x42" * 32 + counted(b"\x43" * 32, 1) + counted(struct.pack(">HH", 0x1301, 0x1303)) + b"\1\0" \
        + counted(extensions)
    link = connected()
    link.sendall(record(ContentType.handshake, b"\1" + counted(hello, 3)))
    answered(link)


DEEDS = {
    "honest": lambda: spoken(),
    "tls12": lambda: spoken(made=settings((3, 3))),
    "tls12-without-ems": lambda: spoken(made=settings((3, 3), useExtendedMasterSecret=False)),
    "key-updates": lambda: key_updates(int(DETAIL[0])),
    "without-proof": lambda: spoken(without_proof),
    "broken-proof": lambda: spoken(with_broken_proof),
    "replayed-proof": replayed_proof,
    "empty-certificate": lambda: spoken(empty_certificate),
    "other-key": other_key,
    "split": lambda: split(int(DETAIL[0])),
    "glued": glued,
    "proxy-v1": lambda: before(PROXY_V1),
    "proxy-v2": lambda: before(PROXY_V2),
    "alpn": lambda: by_openssl(lambda flight: [flight], DETAIL),
    "share": lambda: share(DETAIL[0]),
}

socket.setdefaulttimeout(PATIENCE)
DEEDS[DEED]()
