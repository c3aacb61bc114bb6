"""The verdict of Python's `cryptography` on each question: `yes`, `-` when it cannot say, or why not.
Usage: cryptography.py SECONDS"""

import datetime
import ipaddress
import struct
import sys
import warnings

# This folder holds a file of the same name.
sys.path.pop(0)
warnings.simplefilter("ignore")

from cryptography import x509  # noqa: E402
from cryptography.x509 import verification  # noqa: E402

SERVER, CLIENT, MAIL, ANY = range(4)
NO_NAME, DNS, IP, MAILBOX = range(4)


def taken(stream):
    (length,) = struct.unpack(">I", stream.read(4))
    return stream.read(length)


def readable(certificates):
    """Those beside the leaf and the root that cannot be read are passed over."""
    for index, one in enumerate(certificates):
        try:
            yield x509.load_der_x509_certificate(one)
        except ValueError:
            if index in (0, len(certificates) - 1):
                raise


def verdict(purpose, kind, name, certificates, time):
    try:
        parsed = list(readable(certificates))
        builder = verification.PolicyBuilder().store(verification.Store([parsed[-1]])).time(time)
        if purpose == CLIENT:
            verifier = builder.build_client_verifier()
        elif kind == DNS:
            verifier = builder.build_server_verifier(x509.DNSName(name.decode()))
        else:
            verifier = builder.build_server_verifier(x509.IPAddress(ipaddress.ip_address(name)))
        verifier.verify(parsed[0], parsed[1:-1])
        return "yes"
    except Exception as failure:
        return f"{type(failure).__name__}: {failure}".replace("\n", " ")


def main():
    time = datetime.datetime.fromtimestamp(int(sys.argv[1]), datetime.timezone.utc).replace(tzinfo=None)
    stream = sys.stdin.buffer
    while head := stream.read(3):
        purpose, kind, count = head
        name = taken(stream)
        certificates = [taken(stream) for _ in range(count)]
        # It knows the rules of the public Web only: servers by name, and clients.
        asks = (purpose in (SERVER, ANY) and kind in (DNS, IP)) or (purpose == CLIENT and kind == NO_NAME)
        answer = verdict(purpose, kind, name, certificates, time) if asks else "-"
        # It always asks for a purpose; without one only its consent says something.
        print("-" if purpose == ANY and answer != "yes" else answer)


main()
