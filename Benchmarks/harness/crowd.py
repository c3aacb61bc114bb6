"""A crowd of revoked certificates: in the store of an authority, as they would be there, and in the index of `openssl ca`.

    python3 -m harness.crowd FOLDER COUNT       FOLDER/authority.sqlite has one certificate; FOLDER/openssl is made"""

import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

DAY = 86_400


def serial(number: int) -> bytes:
    """20 octets, spread as random ones are."""
    return b"\x40" + hashlib.sha256(number.to_bytes(8, "big")).digest()[:19]


def in_store(folder: Path, serials: list[bytes]) -> None:
    """One by one as `issue` and `revoke` write them, and all in one transaction."""
    store = sqlite3.connect(folder / "authority.sqlite")
    for setting in ("journal_mode = MEMORY", "synchronous = OFF", "cache_size = -500000"):
        store.execute(f"PRAGMA {setting}")
    (issuer, key), = store.execute("SELECT issuer_key, public_key FROM certificate LIMIT 1")
    now, end = (int((time.time() + days * DAY) * 1000) for days in (0, 90))
    store.executemany(
        """INSERT INTO certificate (serial, issuer_key, profile, identity, names, public_key, not_before, not_after, tbs, actor,
               intended_at, state)
           VALUES (?, ?, 'client', 'spiffe://bench.internal/crowd', '[]', ?, ?, ?, x'00', 'bench', ?, 'intended')""",
        ((each, issuer, key, now, end, now) for each in serials))
    store.execute(
        """UPDATE certificate SET state = 'revoked', revocation_reason = 4, revoked_at = ?,
               revocation_change = (SELECT value + 1 FROM change_counter) WHERE state = 'intended'""", (now,))
    store.execute("UPDATE change_counter SET value = value + 1")
    store.commit()
    store.execute("PRAGMA journal_mode = WAL")
    store.close()


def in_index(folder: Path, serials: list[bytes]) -> None:
    folder.mkdir()
    today, end = (time.strftime("%y%m%d%H%M%SZ", time.gmtime(time.time() + days * DAY)) for days in (0, 90))
    with open(folder / "index.txt", "w") as index:
        index.writelines(
            f"R\t{end}\t{today},superseded\t{each.hex().upper()}\tunknown\t/CN={number}\n"
            for number, each in enumerate(serials))
    (folder / "crlnumber").write_text("01\n")
    (folder / "configuration").write_text("\n".join([
        "[ca]", "default_ca = here", "[here]", "database = index.txt", "crlnumber = crlnumber", "certificate = certificate.pem",
        "private_key = key.pem", "default_md = sha256", "default_crl_days = 1", "crl_extensions = crl", "unique_subject = no",
        "[crl]", "authorityKeyIdentifier = keyid", ""]))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
         "/CN=bench", "-keyout", "key.pem", "-out", "certificate.pem"], cwd=folder, check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    os.umask(0o077)
    place, crowd = Path(sys.argv[1]), sorted(map(serial, range(int(sys.argv[2]))))
    in_store(place, crowd)
    in_index(place / "openssl", crowd)
