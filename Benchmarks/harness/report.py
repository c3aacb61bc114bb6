"""What was measured, for people (terminal, Markdown) and for programs (JSON), beside what is wanted of it."""

import json
import statistics
from dataclasses import asdict, dataclass
from pathlib import Path

from .measures import Measure, Row

# Columns that are not numbers.
WORDS = ("", "unit")
SECONDS = {"µs CPU": 1e-6, "ms CPU": 1e-3, "ms": 1e-3, "s CPU": 1.0}


@dataclass
class Held:
    """One threshold, and what was found."""

    what: str
    found: float
    at_most: float
    aim: float

    @property
    def verdict(self) -> str:
        if self.found > self.at_most:
            return "MISSED"
        return "held" if self.found > self.aim else "held, and the aim"


def best(row: Row) -> float:
    """The least disturbed round; of failures, the worst."""
    if row.unit.startswith("failed"):
        return max(row.samples)
    return max(row.samples) if row.unit == "per second" else min(row.samples)


def row_named(measures: list[Measure], subject: str, unit: str | None = None) -> Row | None:
    return next(
        (row for measure in measures for row in measure.rows if row.subject == subject and unit in (None, row.unit)),
        None)


def compare(measures: list[Measure], thresholds: Path) -> list[Held]:
    """Those whose measures were taken in this run."""
    wanted = json.loads(thresholds.read_text())
    taken = {measure.key: measure for measure in measures}
    result = []
    for entry in wanted["ratios"] + wanted["promises"]:
        if entry["measure"] not in taken:
            continue
        measure = taken[entry["measure"]]
        row = row_named([measure], entry["subject"], entry.get("unit"))
        title = f"{measure.key}: {entry['subject']}"
        if row is None:
            continue
        if "to" in entry:
            other = row_named([measure], entry["to"]) or row_named(measures, entry["to"])
            if other is None:
                continue
            scale = SECONDS.get(row.unit, 1.0) / SECONDS.get(other.unit, 1.0)
            result.append(
                Held(f"{title} / {entry['to']}", best(row) * scale / best(other), entry["atMost"], entry["aim"]))
        else:
            # A promise holds for every round, not for the best one.
            result.append(Held(f"{title}, {row.unit}", max(row.samples), entry["atMost"], entry["aim"]))
    return result


def number(value: float) -> str:
    """Three digits."""
    if value == 0:
        return "0"
    if value >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}" if value >= 0.0995 else f"{value:.3f}"


def columns(measure: Measure) -> tuple[list[str], list[list[str]]]:
    base = next((row for row in measure.rows if row.subject in ("nginx", "two bare signature checks")), None)
    head = ["", "best", "median", "unit"] + ([f"× {base.subject}"] if base else [])
    body = []
    for row in measure.rows:
        line = [row.subject, number(best(row)), number(statistics.median(row.samples)), row.unit]
        if base:
            line.append(f"{best(row) / best(base):.2f}")
        body.append(line)
    return head, body


def held_columns(held: list[Held]) -> tuple[list[str], list[list[str]]]:
    return ["", "found", "at most", "aim", ""], [
        [each.what, number(each.found), number(each.at_most), number(each.aim), each.verdict] for each in held]


def aligned(head: list[str], body: list[list[str]]) -> str:
    lines = [head] + body
    widths = [max(len(line[index]) for line in lines) for index in range(len(head))]

    def text(line: list[str]) -> str:
        cells = (
            cell.ljust(width) if name in WORDS else cell.rjust(width) for name, cell, width in zip(head, line, widths))
        return ("  " + "  ".join(cells)).rstrip()

    return "\n".join(map(text, lines))


def terminal(about: dict[str, str], measures: list[Measure], held: list[Held]) -> str:
    parts = ["\n".join(f"  {name:<11} {value}" for name, value in about.items())]
    parts += [f"{measure.title}\n{aligned(*columns(measure))}" for measure in measures]
    if held:
        parts.append(f"Wanted (Benchmarks/thresholds.json)\n{aligned(*held_columns(held))}")
    return "\n\n".join(parts)


def table(head: list[str], body: list[list[str]]) -> str:
    rule = ["---" if name in WORDS else "---:" for name in head]
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, rule] + body)


def markdown(about: dict[str, str], measures: list[Measure], held: list[Held]) -> str:
    parts = [
        "# Figures",
        "Written by `Benchmarks/run --markdown`; nothing here is typed by hand. CPU time comes first: it says what a proxy "
        "costs however busy the machine is otherwise. The proxies are measured in turn, round after round, each alone on "
        "one core with the load and the backend on the others; *best* is the least disturbed round. All of them verify a "
        "client's leaf and issuing certificate to the same root, speak TLS 1.3 with X25519, P-256 and AES-128-GCM, have "
        "resumption off as far as they can be told to, and pass on to the same plaintext backend. Only symbolon writes a "
        "line for each connection and knows about revocation; the others keep no log.",
        ENROLMENT,
        table(["", ""], [[name, value] for name, value in about.items()]),
    ]
    parts += [section(measure) for measure in measures]
    if held:
        parts.append(wanted(held))
    return "\n\n".join(parts) + "\n"


ENROLMENT = (
    "Orders and signatures are asked of each server in turn by one client program: connections that are held, a P-256 "
    "account for each client, a request by a new P-256 key each time, made ahead. Every server really connects to the "
    "client's http-01 responder. Server and clients share all cores, so that a rate is of both together; CPU time is the "
    "server's alone, and that of its PostgreSQL beside it. Pebble and cfssl store nothing. The limits are symbolon's own "
    "but for the rate of requests, which is lifted; Pebble is without its deliberate waits and refusals.")


def section(measure: Measure, note: str | None = None) -> str:
    parts = [f"## {measure.title}", *([note] if note else []), table(*columns(measure))]
    return "\n\n".join(parts)


def wanted(held: list[Held]) -> str:
    return "## What is wanted\n\n" + table(*held_columns(held))


def renewed(text: str, about: dict[str, str], measures: list[Measure], held: list[Held]) -> str:
    """An earlier report with the sections of this run in their places, each saying when and how it was measured."""
    preface, *sections = text.rstrip("\n").split("\n\n## ")
    if ENROLMENT not in preface:
        preface = preface.replace("\n\n|  |  |", f"\n\n{ENROLMENT}\n\n|  |  |", 1)
    known = {part.split("\n")[0]: f"## {part}" for part in sections}
    last = known.pop("What is wanted", "")
    versions = [f"{name} {about[name]}" for name in about if name not in OF_ALL]
    note = f"Measured by itself on {about['date']}, `{about['command']}`, load before {about['load before']}: {', '.join(versions)}."
    for measure in measures:
        known[measure.title] = section(measure, note)
    rows = {row.split(" | ")[0]: row for row in last.split("\n")[4:]}
    rows |= {row.split(" | ")[0]: row for row in wanted(held).split("\n")[4:]}
    end = "\n".join([*wanted([]).split("\n")[:4], *rows.values()])
    return "\n\n".join([preface, *known.values(), end]) + "\n"


# What the preface says, or is no version.
OF_ALL = {"processor", "memory", "kernel", "system", "date", "command", "load before"}


def as_json(about: dict[str, str], measures: list[Measure], held: list[Held]) -> str:
    return json.dumps(
        {
            "about": about,
            "measures": [asdict(measure) for measure in measures],
            "thresholds": [asdict(each) | {"verdict": each.verdict} for each in held],
        },
        ensure_ascii=False)
