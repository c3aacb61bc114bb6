"""What an OCSP answer costs: beside `openssl ocsp`, which signs each at once, and `cfssl ocspserve`, which has them signed ahead;
and beside a loop in C that does nothing but accept, read, write and close: no answer on a connection of its own costs less here.

Each answers about one certificate of an authority of its own, by P-256 keys, and is asked by one client program."""

import contextlib
import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import machine
from .enrolment import Rows, debian_version
from .measures import Measure
from .peers import Setting, found

CLIENTS = 8


@dataclass
class Responder:
    name: str
    version: str
    port: int
    path: str
    folder: Path
    process: subprocess.Popen = field(repr=False)
    keeps: bool = True
    answers_nonce: bool = True

    def stop(self) -> None:
        """With all below it: the responders of `openssl ocsp -multi` outlive their parent, and spin."""
        _, *below = machine.family(self.process.pid)
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
        for each in below:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)


def ran(*words) -> str:
    done = subprocess.run(list(map(str, words)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{words[0]} {words[1]}: {done.stdout}")
    return done.stdout


def questions(folder: Path, issuer: Path, leaf: Path) -> None:
    """With a nonce, and without."""
    for name, option in (("nonce", "-nonce"), ("plain", "-no_nonce")):
        ran("openssl", "ocsp", "-issuer", issuer, "-cert", leaf, option, "-reqout", folder / f"{name}.der")


def begun(folder: Path, command: list, port: int, name: str, **options) -> subprocess.Popen:
    process = machine.start(command, set(machine.CORES), log=folder / "output", **options)
    try:
        machine.await_listener(port, process, name)
    except RuntimeError:
        process.kill()
        raise
    return process


def symbolon(setting: Setting, version: str) -> Responder:
    folder = setting.folder / "answers-symbolon"
    folder.mkdir()
    home, program = folder / "home", setting.symbolon
    port, own = machine.free_port(), machine.free_port()
    ran(program, "up", "--once", "--domain", "bench.internal", "--home", home)
    process = begun(
        folder,
        [program, "up", "--home", home, "--listen", f"127.0.0.1:{own}", "--publish-at", f"http://127.0.0.1:{port}",
         "--publish-on", f"127.0.0.1:{port}", "--requests-per-second", 1_000_000], port, "symbolon")
    ran(program, "identity", "issue", "web", "--profile", "service", "--home", home)
    ran(program, "identity", "export", "web", "--out", folder / "web", "--plain-key", "--home", home)
    chain = (folder / "web/web.pem").read_text().split("-----BEGIN CERTIFICATE-----")
    for name, text in (("leaf.pem", chain[1]), ("issuer.pem", chain[2])):
        (folder / name).write_text("-----BEGIN CERTIFICATE-----" + text)
    questions(folder, folder / "issuer.pem", folder / "leaf.pem")
    address = ran("openssl", "x509", "-in", folder / "leaf.pem", "-noout", "-ocsp_uri").strip()
    return Responder("symbolon", version, port, "/" + address.split("/", 3)[3], folder, process)


def authority(folder: Path) -> None:
    """By OpenSSL: an authority, a delegate for answers, and a certificate that is good."""
    folder.mkdir()
    (folder / "ca.cnf").write_text(
        "[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
        "[ocsp]\nextendedKeyUsage=OCSPSigning\nnoCheck=ignored\n[leaf]\nextendedKeyUsage=serverAuth\n")
    new = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    ran(*new, "-x509", "-days", 30, "-subj", "/CN=authority", "-config", "/etc/ssl/openssl.cnf", "-extensions", "v3_ca",
        "-keyout", folder / "issuer.key.pem", "-out", folder / "issuer.pem")
    for number, name in ((16, "ocsp"), (17, "leaf")):
        ran(*new, "-subj", f"/CN={name}", "-keyout", folder / f"{name}.key.pem", "-out", folder / f"{name}.csr.pem")
        ran("openssl", "x509", "-req", "-in", folder / f"{name}.csr.pem", "-CA", folder / "issuer.pem", "-CAkey",
            folder / "issuer.key.pem", "-set_serial", number, "-days", 20, "-extfile", folder / "ca.cnf", "-extensions", name,
            "-out", folder / f"{name}.pem")
    (folder / "index.txt").write_text("V\t360101000000Z\t\t11\tunknown\t/CN=leaf\n")
    questions(folder, folder / "issuer.pem", folder / "leaf.pem")


def openssl(setting: Setting) -> Responder:
    """Two processes, one for each core."""
    folder = setting.folder / "answers-openssl"
    authority(folder)
    port = machine.free_port()
    process = begun(
        folder,
        ["openssl", "ocsp", "-port", port, "-index", folder / "index.txt", "-CA", folder / "issuer.pem", "-rsigner",
         folder / "ocsp.pem", "-rkey", folder / "ocsp.key.pem", "-nmin", 60, "-multi", 2], port, "openssl ocsp")
    version = machine.first_line(["openssl", "version"], r"OpenSSL (\S+)")
    return Responder("openssl ocsp", version, port, "/", folder, process, keeps=False)


def cfssl(setting: Setting) -> Responder | None:
    program = found("cfssl")
    if not program:
        return None
    folder = setting.folder / "answers-cfssl"
    authority(folder)
    signed = subprocess.run(
        [program, "ocspsign", "-ca", folder / "issuer.pem", "-responder", folder / "ocsp.pem", "-responder-key",
         folder / "ocsp.key.pem", "-cert", folder / "leaf.pem", "-status", "good", "-loglevel", "3"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if signed.returncode != 0:
        raise RuntimeError(f"cfssl ocspsign: {signed.stderr}")
    (folder / "responses").write_text(json.loads(signed.stdout)["ocspResponse"] + "\n")
    port = machine.free_port()
    process = begun(
        folder,
        [program, "ocspserve", "-address", "127.0.0.1", "-port", port, "-responses", folder / "responses", "-loglevel", 3],
        port, "cfssl ocspserve")
    return Responder(
        "cfssl ocspserve", debian_version("golang-cfssl"), port, "/", folder, process, answers_nonce=False)


def bare(setting: Setting, program: Path) -> Responder:
    """Whose answers are none: what the connection alone costs."""
    folder = setting.folder / "answers-bare"
    folder.mkdir()
    (folder / "plain.der").write_bytes(bytes(80))
    port = machine.free_port()
    process = begun(folder, [program, port], port, "the bare loop")
    return Responder(
        "accept, read, write, close alone", "", port, "/", folder, process, keeps=False, answers_nonce=False)


def asked(load: Path, responder: Responder, question: str, way: str, count: int, rows: Rows) -> None:
    process = machine.start(
        [load, responder.port, responder.path, responder.folder / f"{question}.der", way, count, CLIENTS],
        set(machine.CORES), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if process.stdout.readline() != "ready\n":
        raise RuntimeError(f"the load on {responder.name} ended with {process.wait()}")
    before = machine.cpu_seconds(responder.process.pid)
    process.stdin.write("\n")
    process.stdin.flush()
    said = process.stdout.readline().split()
    if said[:1] != ["done"]:
        raise RuntimeError(f"the load on {responder.name} ended with {process.wait()}")
    # What is done after the last answer is part of it.
    time.sleep(0.05)
    spent = machine.cpu_seconds(responder.process.pid) - before
    failed, seconds = map(float, said[1:])
    process.stdin.write("\n")
    process.stdin.close()
    process.wait()
    subject = f"{responder.name}, {'a nonce' if question == 'nonce' else 'no nonce'}, " + (
        "kept-alive" if way == "kept" else "a connection each")
    rows.take(subject, "µs CPU", spent * 1e6 / count)
    rows.take(subject, "per second", (count - failed) / seconds)
    rows.take(subject, "failed answers", failed)


def measured(
    setting: Setting, load: Path, loop: Path, version: str, about: dict, rounds: int, count: int
) -> Measure:
    responders, rows = [], Rows()
    try:
        for launch in (
            lambda: symbolon(setting, version), lambda: openssl(setting), lambda: cfssl(setting), lambda: bare(setting, loop),
        ):
            try:
                responder = launch()
            except RuntimeError as failure:
                print(f"left out: {failure}")
                continue
            if responder:
                responders.append(responder)
        about |= {each.name: each.version for each in responders[1:] if each.version}
        for _ in range(rounds):
            for way in ("kept", "each"):
                for question in ("plain", "nonce"):
                    for responder in responders:
                        if (way == "kept" and not responder.keeps) or (question == "nonce" and not responder.answers_nonce):
                            continue
                        asked(load, responder, question, way, count, rows)
    finally:
        for responder in responders:
            responder.stop()
    return Measure("answers", f"OCSP answers about one certificate, by POST, {CLIENTS} clients", rows.by_unit())
