"""What the kernel says of processes and of this machine."""

import os
import platform
import re
import socket
import subprocess
import time
from pathlib import Path

CORES = sorted(os.sched_getaffinity(0))
# What is measured has a core of its own; what drives it has the others.
MEASURED = {CORES[-1]}
DRIVING = set(CORES[:-1]) or MEASURED


def family(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += family(int(child))
    return found


def cpu_seconds(pid: int) -> float:
    """CPU time of all threads of a process and of those below it, user and system, to the nanosecond.

    The clock is the one behind utime and stime in /proc/PID/stat, which shows it in hundredths of a second.
    """
    return sum(time.clock_gettime((~each << 3) | 2) for each in family(pid))


def pss_kilobytes(pid: int) -> float:
    """Memory in use: shared pages count by their share."""
    total = 0
    for each in family(pid):
        for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_listener(port: int, process: subprocess.Popen, name: str) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended with {process.returncode} before it listened")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{name} did not listen within 10 s")


def start(command: list, cores: set[int], log: Path | None = None, **options) -> subprocess.Popen:
    if log is not None:
        handle = open(log, "ab")
        options |= {"stdout": handle, "stderr": subprocess.STDOUT}
    return subprocess.Popen(
        [str(part) for part in command], preexec_fn=lambda: os.sched_setaffinity(0, cores), **options)


def facts() -> dict[str, str]:
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    release = re.search(r'PRETTY_NAME="(.*)"', Path("/etc/os-release").read_text())
    return {
        "processor": f"{cpu.group(1) if cpu else platform.machine()}, {len(CORES)} cores",
        "memory": f"{int(memory.group(1)) / 1e6:.0f} GB" if memory else "unknown",
        "kernel": platform.release(),
        "system": release.group(1) if release else platform.system(),
    }


def first_line(command: list[str], pattern: str) -> str:
    """The version that a program says it is."""
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    found = re.search(pattern, run.stdout)
    return found.group(1) if found else "unknown"
