"""What enrolment costs: ACME orders beside Pebble and Caddy's ACME server, and requests signed through an API beside cfssl.

All of them, and the load, run in one network namespace of their own: Caddy looks at http-01 at port 80 only. Nobody is
kept to a core: the load shares the machine with whom it asks."""

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import machine
from .measures import Measure, Row
from .peers import Setting, found

CLIENTS = (1, 16)
ANSWERS = 80


class Network:
    """A network namespace with nothing but loopback, for as long as it is open."""

    def __init__(self):
        user = [] if os.geteuid() == 0 else ["-r"]
        self.holder = subprocess.Popen(
            ["unshare", *user, "-n", "sh", "-c", "ip link set lo up && echo up && exec sleep infinity"],
            stdout=subprocess.PIPE, text=True)
        if self.holder.stdout.readline() != "up\n":
            raise RuntimeError("no network namespace can be made here")
        self.prefix = ["nsenter", "-t", str(self.holder.pid), "-n", *(["-U", "--preserve-credentials"] if user else [])]

    def start(self, command: list, log: Path | None = None, **options) -> subprocess.Popen:
        return machine.start([*self.prefix, *command], set(machine.CORES), log=log, **options)

    def await_listener(self, port: int, process: subprocess.Popen, name: str) -> None:
        for _ in range(200):
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended with {process.returncode} before it listened")
            probe = [*self.prefix, "sh", "-c", f"grep -q ':{port:04X} 0*:0000 0A' /proc/net/tcp /proc/net/tcp6"]
            if subprocess.run(probe, check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError(f"{name} did not listen within 10 s")

    def close(self) -> None:
        self.holder.kill()
        self.holder.wait()


@dataclass
class Server:
    """Somebody who is asked. `parts` are other processes that work for it, by what they are called in a row."""

    name: str
    version: str
    port: int
    anchors: Path
    target: str
    process: subprocess.Popen = field(repr=False)
    template: Path | None = None
    parts: dict[str, subprocess.Popen] = field(default_factory=dict, repr=False)

    def stop(self) -> None:
        for process in (self.process, *self.parts.values()):
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


@dataclass
class Bench:
    """Where they are started, and what all of them are given."""

    setting: Setting
    network: Network
    load: Path

    @property
    def folder(self) -> Path:
        return self.setting.folder / "enrolment"

    def launch(self, name: str, command: list, port: int, **options) -> subprocess.Popen:
        process = self.network.start(command, log=self.folder / f"{name}.output", **options)
        try:
            self.network.await_listener(port, process, name)
        except RuntimeError:
            process.kill()
            raise
        return process

    def run(self, *words) -> str:
        done = subprocess.run(
            [*self.network.prefix, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{words[0]}: {done.stdout}")
        return done.stdout

    def server_identity(self) -> tuple[Path, Path, Path]:
        """Chain, key and root of a certificate for `localhost`, for peers that have to be given one."""
        folder = self.folder / "peers.exported"
        if not folder.exists():
            home, program = self.folder / "peers", self.setting.symbolon
            self.run(program, "up", "--once", "--domain", "peers.internal", "--permit-dns", "localhost", "--home", home)
            self.run(program, "identity", "issue", "localhost", "--profile", "service", "--dns", "localhost", "--home", home)
            self.run(program, "identity", "issue", "load", "--profile", "client", "--home", home)
            for name in ("localhost", "load"):
                self.run(program, "identity", "export", name, "--out", folder / name, "--plain-key", "--home", home)
        folder = folder / "localhost"
        return folder / "localhost.pem", folder / "localhost.key.pem", folder / "anchors.pem"


# Ours


def symbolon(bench: Bench, version: str, name: str, store: str | None = None) -> Server:
    """Its own limits, but for the rate: two hundred requests a second of one peer is less than what is measured."""
    home = bench.folder / name.replace(" ", "-").replace(",", "")
    program, place = bench.setting.symbolon, (["--store", store] if store else [])
    bench.run(
        program, "up", "--once", "--domain", "bench.internal", "--permit-ip", "127.0.0.0/8", "--permit-dns", "localhost",
        "--home", home, *place)
    port = machine.free_port()
    process = bench.launch(
        home.name,
        [program, "up", "--home", home, "--listen", f"127.0.0.1:{port}", "--name", "localhost", "--requests-per-second",
         1_000_000, "--acme-network", "127.0.0.0/8", "--acme-http-port", ANSWERS], port)
    exported = home.with_suffix(".exported")
    bench.run(program, "identity", "export", "administrator", "--out", exported, "--plain-key", "--home", home)
    template = home.with_suffix(".json")
    template.write_text('{"name":"@NAME@","profile":"client","request":"@CSR@"}')
    return Server(name, version, port, exported / "anchors.pem", "/acme/directory", process, template)


def on_postgresql(bench: Bench, version: str) -> Server | None:
    """The same on a PostgreSQL server of its own, as it comes: with fsync."""
    versions = Path("/usr/lib/postgresql")
    newest = max((int(each.name) for each in versions.glob("[0-9]*")), default=None)
    if newest is None:
        return None
    binaries = versions / str(newest) / "bin"
    folder = bench.folder / "postgresql"
    folder.mkdir()
    # PostgreSQL refuses to run as root.
    other = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--inh-caps=-all"] \
        if os.geteuid() == 0 else []
    if other:
        # Its user passes through folders that are closed to it only by name: the data are put where it may go.
        shutil.rmtree(folder)
        folder = Path(subprocess.run([*other, "mktemp", "-d", "/tmp/symbolon-bench-XXXXXX"], check=True,
                                     stdout=subprocess.PIPE, text=True).stdout.strip())
    subprocess.run(
        [*other, binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
    port = machine.free_port()
    database = bench.launch(
        "postgresql",
        [*other, binaries / "postgres", "-D", folder / "data", "-p", port, "-c", "listen_addresses=127.0.0.1", "-c",
         "unix_socket_directories="], port, cwd="/")
    server = symbolon(
        bench, version, "symbolon on PostgreSQL", f"postgresql://postgres@127.0.0.1:{port}/postgres")
    server.version = machine.first_line([binaries / "postgres", "--version"], r"([\d.]+)")
    server.parts["its PostgreSQL"] = database
    return server


# Others


def pebble(bench: Bench) -> Server | None:
    """Without its deliberate waits and refusals, which test clients; it really looks at the challenges, and stores nothing."""
    program = found("pebble")
    if not program:
        return None
    chain, key, anchors = bench.server_identity()
    port = machine.free_port()
    configuration = bench.folder / "pebble.json"
    configuration.write_text(json.dumps({"pebble": {
        "listenAddress": f"127.0.0.1:{port}", "managementListenAddress": "", "certificate": str(chain), "privateKey": str(key),
        "httpPort": ANSWERS, "tlsPort": 443}}))
    process = bench.launch(
        "pebble", [program, "-config", configuration], port,
        env=os.environ | {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"})
    return Server("Pebble", debian_version("pebble"), port, anchors, "/dir", process)


def caddy(bench: Bench) -> Server | None:
    """Its ACME server on its own certificate authority, stored in its own files (BoltDB)."""
    program = found("caddy")
    if not program:
        return None
    port = machine.free_port()
    storage = bench.folder / "caddy"
    configuration = bench.folder / "caddy.json"
    configuration.write_text(json.dumps({
        "admin": {"disabled": True},
        "logging": {"logs": {"default": {"level": "ERROR"}}},
        "storage": {"module": "file_system", "root": str(storage)},
        "apps": {
            "pki": {"certificate_authorities": {"local": {"install_trust": False}}},
            "tls": {"automation": {"policies": [{"subjects": ["localhost"], "issuers": [{"module": "internal"}]}]}},
            "http": {"servers": {"acme": {
                "listen": [f"127.0.0.1:{port}"], "automatic_https": {"disable_redirects": True},
                "tls_connection_policies": [{}],
                "routes": [{"match": [{"host": ["localhost"]}], "handle": [{"handler": "acme_server"}]}]}}},
        }}))
    process = bench.launch(
        "caddy", [program, "run", "--config", configuration], port,
        env=os.environ | {"HOME": str(storage), "XDG_DATA_HOME": str(storage)})
    return Server(
        "Caddy", debian_version("caddy"), port, storage / "pki/authorities/local/root.crt", "/acme/local/directory", process)


def cfssl(bench: Bench) -> Server | None:
    """Its API by mutual TLS; it stores nothing."""
    program = found("cfssl")
    if not program:
        return None
    chain, key, anchors = bench.server_identity()
    folder = bench.folder / "cfssl"
    folder.mkdir()
    bench.run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 30, "-subj",
        "/CN=cfssl", "-keyout", folder / "ca.key.pem", "-out", folder / "ca.pem")
    (folder / "config.json").write_text(json.dumps(
        {"signing": {"default": {"expiry": "24h", "usages": ["digital signature", "client auth"]}}}))
    port = machine.free_port()
    process = bench.launch(
        "cfssl",
        [program, "serve", "-address", "127.0.0.1", "-port", port, "-ca", folder / "ca.pem", "-ca-key", folder / "ca.key.pem",
         "-config", folder / "config.json", "-tls-cert", chain, "-tls-key", key, "-mutual-tls-ca", anchors, "-loglevel", 3],
        port)
    template = folder / "body.json"
    template.write_text('{"hosts":["spiffe://bench.internal/@NAME@"],"certificate_request":"@CSR@"}')
    return Server("cfssl", debian_version("golang-cfssl"), port, anchors, "/api/v1/cfssl/sign", process, template)


def debian_version(package: str) -> str:
    return machine.first_line(["dpkg-query", "-W", "-f", "${Version}", package], r"(\S+)")


# Measuring


class Rows:
    """One row for each subject and unit."""

    def __init__(self):
        self.rows: dict[tuple[str, str], Row] = {}

    def take(self, subject: str, unit: str, sample: float) -> None:
        self.rows.setdefault((subject, unit), Row(subject, unit)).samples.append(sample)

    def by_unit(self) -> list[Row]:
        units = list(dict.fromkeys(unit for _, unit in self.rows))
        return [row for unit in units for (_, other), row in self.rows.items() if other == unit]


def asked(bench: Bench, server: Server, words: list, count: int, clients: int, failures: str, rows: Rows) -> None:
    """One run of the load. A server that cannot be asked at all has failed in all of it, and the others are asked on."""
    subject = f"{clients} client{'s' if clients > 1 else ''}"
    try:
        failed = answered(bench, server, words, count, subject, rows)
    except RuntimeError as failure:
        print(failure)
        failed = count
    rows.take(f"{server.name}, {subject}", failures, failed)


def answered(bench: Bench, server: Server, words: list, count: int, subject: str, rows: Rows) -> float:
    """How many of `count` failed. CPU time is that of those that are asked; how long it took, the load says."""
    clients = subject.split()[0]
    process = bench.network.start(
        [bench.load, "-a", server.anchors, *words, count, clients], log=None, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=open(bench.folder / "load.output", "ab"), text=True)

    def tell_and_hear(word: str) -> list[str]:
        if word == "done":
            process.stdin.write("\n")
            process.stdin.flush()
        said = process.stdout.readline().split()
        if said[:1] != [word]:
            raise RuntimeError(f"the load on {server.name} ended with {process.wait()}; see {bench.folder}/load.output")
        return said[1:]

    tell_and_hear("ready")
    all_of_it = {server.name: server.process} | {
        f"{server.name}: {part}": process for part, process in server.parts.items()}
    before = {name: machine.cpu_seconds(each.pid) for name, each in all_of_it.items()}
    failed, requests, seconds = map(float, tell_and_hear("done"))
    if failed < count:
        for name, each in all_of_it.items():
            spent = machine.cpu_seconds(each.pid) - before[name]
            rows.take(f"{name}, {subject}", "ms CPU", spent * 1e3 / (count - failed))
        rows.take(f"{server.name}, {subject}", "per second", (count - failed) / seconds)
    process.stdin.write("\n")
    process.stdin.close()
    process.wait()
    return failed


def everybody(bench: Bench, launches: list) -> list[Server]:
    servers = []
    for launch in launches:
        try:
            server = launch()
        except RuntimeError as failure:
            print(f"left out: {failure}; see {bench.folder}")
            continue
        if server:
            servers.append(server)
    return servers


def measured(
    setting: Setting, load: Path, version: str, about: dict, rounds: int, orders: int, signatures: int, wanted
) -> list[Measure]:
    bench = Bench(setting, Network(), load)
    bench.folder.mkdir()
    servers = []
    try:
        ours = [lambda: symbolon(bench, version, "symbolon"), lambda: on_postgresql(bench, version)]
        servers = everybody(bench, ours)
        acme = servers + (everybody(bench, [lambda: pebble(bench), lambda: caddy(bench)]) if wanted("orders") else [])
        api = servers + (everybody(bench, [lambda: cfssl(bench)]) if wanted("signatures") else [])
        servers = acme + [each for each in api if each not in acme]
        about |= {each.name.replace("symbolon on ", ""): each.version for each in servers if each.name != "symbolon"}
        by_order, by_signature = Rows(), Rows()
        for _ in range(rounds):
            for clients in CLIENTS:
                if wanted("orders"):
                    for server in acme:
                        words = [server.port, "orders", server.target, ANSWERS]
                        asked(bench, server, words, orders, clients, "failed orders", by_order)
                if wanted("signatures"):
                    for server in api:
                        asked(bench, server, signing(bench, server), signatures, clients, "failed requests", by_signature)
        result = []
        if wanted("orders"):
            result.append(Measure(
                "orders", "An ACME order: order, prove one address by http-01, finalize, fetch; "
                "stored durably by symbolon and Caddy", by_order.by_unit()))
        if wanted("signatures"):
            result.append(Measure(
                "signatures", "A request signed through the API, over mutual TLS that is held: "
                "linted, audited and durable with symbolon", by_signature.by_unit()))
        return result
    finally:
        for server in servers:
            server.stop()
        bench.network.close()


def signing(bench: Bench, server: Server) -> list:
    if server.name == "cfssl":
        folder, name, path = bench.folder / "peers.exported/load", "load", server.target
    else:
        folder, name, path = server.anchors.parent, "administrator", "/api/v1/certificates"
    return ["-c", folder / f"{name}.pem", "-k", folder / f"{name}.key.pem", server.port, "sign", path, server.template]
