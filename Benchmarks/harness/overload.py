"""More clients than a proxy can serve: what it serves of them, and how soon it is itself again."""

import os
import statistics
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import machine
from .measures import Load, Measure, Row
from .peers import Proxy, Setting

# Of one core: so little that the other cores can bring three times as much as it can do.
SHARE = 0.15
PERIOD = 10_000
# How long a client waits, in milliseconds. Browsers wait longer, impatient programs as long.
PATIENCE = 3_000
CALM = 35
GROUPS = Path("/sys/fs/cgroup")


@dataclass
class Second:
    """What became of the clients of one second."""

    came: int
    served: int
    refused: int
    gone: int
    median: float
    slowest: float


@contextmanager
def throttled(pid: int):
    """The process and all below it have `SHARE` of a core, by control groups of either version."""
    old = (GROUPS / "cpu").is_dir()
    group = (GROUPS / "cpu" if old else GROUPS) / f"overload-{os.getpid()}"
    try:
        if not old:
            (GROUPS / "cgroup.subtree_control").write_text("+cpu")
        group.mkdir()
        if old:
            (group / "cpu.cfs_period_us").write_text(str(PERIOD))
            (group / "cpu.cfs_quota_us").write_text(str(int(PERIOD * SHARE)))
        else:
            (group / "cpu.max").write_text(f"{int(PERIOD * SHARE)} {PERIOD}")
    except OSError as failure:
        raise RuntimeError(f"no control group for processor time, which takes root: {failure}") from failure
    try:
        for each in machine.family(pid):
            (group / "cgroup.procs").write_text(str(each))
        yield
    finally:
        for each in (group / "cgroup.procs").read_text().split():
            (group.parent / "cgroup.procs").write_text(each)
        group.rmdir()


def peak(load: Path, setting: Setting, proxy: Proxy, count: int) -> float:
    """Handshakes a second, when there are always 16 clients."""
    run = Load(load, setting, proxy, "handshakes", count, 16)
    began = time.monotonic()
    run.run()
    taken = time.monotonic() - began
    run.end()
    return count / taken


def clients(storm: Path, setting: Setting, proxy: Proxy, rate: float, seconds: int) -> list[Second]:
    chain, key, anchors = setting.exported("load")
    process = machine.start(
        [storm, "-c", chain, "-k", key, "-a", anchors, proxy.port, f"{rate:.1f}", seconds, PATIENCE], machine.DRIVING,
        stdout=subprocess.PIPE, text=True)
    text = process.communicate()[0]
    if process.returncode != 0:
        raise RuntimeError(f"storm ended with {process.returncode}")
    lines = [[int(word) for word in line.split()] for line in text.splitlines()]
    return [Second(*line[:4], line[4] / 1e3, line[5] / 1e3) for line in lines[:seconds]]


def normal_after(calm: list[Second], idle: float) -> int:
    """After how many seconds nobody has been turned away or has waited longer than twice what is usual."""
    last = 0
    for number, second in enumerate(calm, 1):
        if second.refused or second.gone or second.slowest > 2 * idle:
            last = number
    return last


def measured(storm: Path, load: Path, setting: Setting, proxies: list[Proxy], seconds: int) -> Measure:
    rows = []
    for proxy in proxies:
        with throttled(proxy.pid):
            most = max(peak(load, setting, proxy, 600) for _ in range(3))
            # 50 ms: what a processor that rests nine tenths of each period adds to any handshake.
            idle = max(50.0, *(second.slowest for second in clients(storm, setting, proxy, most / 2, 6)))
            under = clients(storm, setting, proxy, 3 * most, seconds)
            calm = clients(storm, setting, proxy, most / 2, CALM)
        # The first seconds fill the queues.
        served = statistics.mean(second.served for second in under[min(5, seconds // 4):])
        rows += [
            Row(f"{proxy.name}: handshakes at most", "per second", [most]),
            Row(f"{proxy.name}: lost of them when three times as many come", "%", [max(0.0, 100 * (1 - served / most))]),
            Row(f"{proxy.name}: those who are served wait (median)", "ms",
                [statistics.median(second.median for second in under)]),
            Row(f"{proxy.name}: normal again after", "s", [float(normal_after(calm, idle))]),
        ]
    return Measure(
        "overload", f"Three times more clients than can be served, for {seconds} s, at {SHARE:.0%} of a core", rows)
