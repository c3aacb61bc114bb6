"""The measures: each gives rows of samples, one sample a round."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import machine
from .peers import Proxy, Setting


@dataclass
class Row:
    subject: str
    unit: str
    samples: list[float] = field(default_factory=list)


@dataclass
class Measure:
    key: str
    title: str
    rows: list[Row]


class Load:
    """One run of the load: made ready, let go, awaited."""

    def __init__(self, program: Path, setting: Setting, proxy: Proxy, what: str, amount: int, connections: int):
        chain, key, anchors = setting.exported("load")
        credentials = ["-p"] if proxy.name == "symbolon reach" else ["-c", chain, "-k", key, "-a", anchors]
        self.process = machine.start(
            [program, *credentials, proxy.port, what, amount, connections], machine.DRIVING,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.expect("ready")

    def expect(self, word: str) -> list[str]:
        words = self.process.stdout.readline().split()
        if words[:1] != [word]:
            raise RuntimeError(f"the load ended with {self.process.wait()}")
        return words[1:]

    def run(self) -> None:
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.expect("done")

    def end(self) -> None:
        self.process.stdin.write("\n")
        self.process.stdin.close()
        if self.process.wait() != 0:
            raise RuntimeError("the load did not end well")


def settled(read, pid: int) -> float:
    """Reads when what was asked for is done and cleared away."""
    before = read(pid)
    for _ in range(100):
        time.sleep(0.1)
        now = read(pid)
        if abs(now - before) < 0.003:
            return now
        before = now
    return before


def spent(program: Path, setting: Setting, proxies: list[Proxy], what: str, amount: int, connections: int) -> list[float]:
    """CPU seconds of each of `proxies`; the load goes to the last."""
    load = Load(program, setting, proxies[-1], what, amount, connections)
    before = [settled(machine.cpu_seconds, proxy.pid) for proxy in proxies]
    load.run()
    after = [settled(machine.cpu_seconds, proxy.pid) for proxy in proxies]
    load.end()
    for proxy in proxies:
        settled(machine.cpu_seconds, proxy.pid)
    return [late - early for early, late in zip(before, after)]


def through(
    key: str, title: str, unit: str, scale: float, rounds: int, program: Path, setting: Setting, proxies: list[Proxy],
    door: Proxy | None, what: str, amount: int, connections: int
) -> Measure:
    """Every proxy in turn, round after round. `scale` makes the unit of CPU seconds."""
    rows = {proxy.name: Row(proxy.name, unit) for proxy in proxies}
    if door:
        rows["hybrid"] = Row("symbolon, X25519MLKEM768 from reach", unit)
        rows["door"] = Row("symbolon reach, the client end of it", unit)
    for _ in range(rounds):
        for proxy in proxies:
            rows[proxy.name].samples += [
                spent(program, setting, [proxy], what, amount, connections)[0] * scale]
        if door:
            service, client = spent(program, setting, [proxies[0], door], what, amount, connections)
            rows["hybrid"].samples.append(service * scale)
            rows["door"].samples.append(client * scale)
    return Measure(key, title, list(rows.values()))


def memory(program: Path, setting: Setting, proxies: list[Proxy], connections: int) -> Measure:
    """Growth from the first connections to `connections` idle ones, on proxies that have just been started."""
    rows = []
    for proxy in proxies:
        spent(program, setting, [proxy], "handshakes", 32, 4)
        load = Load(program, setting, proxy, "idle", 0, connections)
        before = machine.pss_kilobytes(proxy.pid)
        load.run()
        time.sleep(1)
        rows.append(Row(proxy.name, "kB", [(machine.pss_kilobytes(proxy.pid) - before) / connections]))
        load.end()
    return Measure("memory", f"Memory for an idle connection, both legs (growth over {connections:,})", rows)


def inside(program: Path, path: Path, setting: Setting, rounds: int) -> list[Measure]:
    """Verification and issuance, in one process of our own; OpenSSL's verifier on the same certificates after it."""
    folder = setting.folder / "inside"
    folder.mkdir()
    lines = output([program, folder, rounds])
    rows = [Row(line["name"], line["unit"], line["samples"]) for line in map(json.loads, lines)]
    theirs = [float(line) for line in output([path, folder, rounds])]
    verification = [row for row in rows if row.unit == "µs CPU"]
    verification.append(Row("OpenSSL X509_verify_cert, parsing too", "µs CPU", theirs))
    return [
        Measure("verification", "Verifying a P-256 leaf and issuing certificate to a root", verification),
        Measure("issuance", "Issuing a certificate: durable, linted, audited (SQLite)",
                [row for row in rows if row not in verification]),
    ]


def lists(program: Path, peer: Path, setting: Setting, rounds: int) -> Measure:
    """A revocation list of a million entries: our reader and OpenSSL's, each in a process of its own, in turn."""
    folder = setting.folder / "lists"
    folder.mkdir()
    output([program, "write-list", folder])
    rows: dict[tuple[str, str], Row] = {}

    def take(subject: str, unit: str, samples: list[float]) -> None:
        rows.setdefault((subject, unit), Row(subject, unit)).samples.extend(samples)

    what = (("read and parse", "ms CPU"), ("check the signature", "ms CPU"), ("look one up", "µs CPU"),
            ("verify, the list known", "µs CPU"), ("verify, no list", "µs CPU"), ("memory at the highest", "MB"))
    for _ in range(rounds):
        for line in map(json.loads, output([program, "list", folder, 1])):
            take(line["name"], line["unit"], line["samples"])
        for (name, unit), sample in zip(what, output([peer, folder])[0].split()):
            take(f"OpenSSL: {name}", unit, [float(sample)])
    made = "make it from the store"
    # In a process of its own: what a process holds counts for those that it starts (getrusage(2), ru_maxrss).
    subprocess.run(
        [sys.executable, "-m", "harness.crowd", folder, "1000000"], cwd=Path(__file__).parent.parent, check=True)
    theirs = ["openssl", "ca", "-gencrl", "-config", "configuration", "-out", "list.pem"]
    for _ in range(rounds):
        for line in map(json.loads, output([program, "make-list", folder])):
            take(line["name"], line["unit"], line["samples"])
        spent, highest = of_child(theirs, folder / "openssl")
        take(f"OpenSSL ca -gencrl: {made}", "ms CPU", [spent * 1e3])
        take(f"OpenSSL ca -gencrl: {made}, memory at the highest", "MB", [highest])
    return Measure("lists", "A revocation list of a million entries (53 MB)", list(rows.values()))


def of_child(command: list, folder: Path) -> tuple[float, float]:
    """CPU seconds, and megabytes at the highest, of one process."""
    process = machine.start(command, machine.MEASURED, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def filters(program: Path, rounds: int) -> Measure:
    """A revocation filter, asked about every certificate that it covers."""
    rows = [Row(line["name"], line["unit"], line["samples"]) for line in map(json.loads, output([program, "filter", rounds]))]
    return Measure("filters", "A revocation filter: 10,000 revoked of a million certificates", rows)


def decisions(program: Path, rounds: int) -> Measure:
    """One decision of a policy, and the same rules held against the question one after the other."""
    lines = map(json.loads, output([program, "decisions", rounds]))
    rows = [Row(line["name"], line["unit"], line["samples"]) for line in lines]
    return Measure("decisions", "A decision of a policy", rows)


def first_run(setting: Setting, rounds: int) -> Measure:
    """`symbolon try`, on a fresh home and on one that is there."""
    fresh, again, closed = (Row(name, "ms") for name in (
        "symbolon try, new home: start to first mutual exchange",
        "symbolon try, again: start to first mutual exchange", "revoked to live connection closed"))
    for _ in range(rounds):
        home = setting.folder / "try"
        shutil.rmtree(home, ignore_errors=True)
        for row in (fresh, again):
            report = json.loads(
                output([setting.symbolon, "try", "--json", "--home", home], set(machine.CORES), may_fail=True)[-1])
            if not report["passed"]:
                raise RuntimeError(f"symbolon try: {'; '.join(report['failures'])}")
            row.samples.append(report["firstExchangeMilliseconds"])
            closed.samples.append(report["revocation"]["closedAfterMilliseconds"])
    return Measure("start", "From start to proof, and from revocation to the end", [fresh, again, closed])


def output(command: list, cores: set[int] = machine.MEASURED, may_fail: bool = False) -> list[str]:
    process = machine.start(command, cores, stdout=subprocess.PIPE, text=True)
    text = process.communicate()[0]
    if process.returncode != 0 and not (may_fail and text):
        raise RuntimeError(f"{Path(str(command[0])).name} ended with {process.returncode}")
    return text.splitlines()
