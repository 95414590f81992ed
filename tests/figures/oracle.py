#!/usr/bin/env python3
"""Works out pcsim's figures anew, from the events that it exports and the flags, and holds its own against them.

    python3 oracle.py --pcsim build/pcsim
    python3 oracle.py --pcsim build/pcsim --count 30
    python3 oracle.py --pcsim build/pcsim --seed 7 --only 12

Each scenario is generated, over all flags, logs included. Of every third one `compare` is held against its events too, of every
fifth one the rows of a sweep against single runs with its seeds. Scenario K of a seed is the same however many there are.
Exit status: 0 if all agree, 1 if one does not, 2 if pcsim cannot be started.
"""

import argparse
import json
import math
import os
import pathlib
import random
import shlex
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # a test leaves nothing in the source tree
sys.path += [str(pathlib.Path(__file__).resolve().parent.parent / folder) for folder in ("asyncio", "support")]

import differential  # noqa: E402
import measures  # noqa: E402
from count import scaled  # noqa: E402

PATIENCE = 120  # seconds that pcsim has for one run
DIFFERENCES_SHOWN = 5
EXACT = 1000  # values, up to which percentiles are exact

EXTREME_DELAYS = [
    "5e-324", "1e-322,1e-310", "exp:1e-30", "1e-25", "1e-200,2e-200", "lognormal:-50,50", "lognormal:50,50",
    "lognormal:50,0.1", "pareto:0.1,1e9", "1e9",
]  # fmt: skip


def without(flags, *names):
    kept, index = [], 0
    while index < len(flags):
        step = 2 if index + 1 < len(flags) and not flags[index + 1].startswith("--") else 1
        if flags[index] not in names:
            kept += flags[index : index + step]
        index += step
    return kept


def value_of(flags, name, default):
    return type(default)(flags[flags.index(name) + 1]) if name in flags else default


def replaced(flags, name, value):
    return [*without(flags, name), name, str(value)]


class Scenario:
    """Flags drawn at random, and what the oracle must know of them."""

    def __init__(self, seed, number, folder):
        self.rng = rng = random.Random(f"figures/{seed}/{number}")
        flags = without(differential.flag_set(seed, number, base_only=False), "--trace")
        if rng.random() < 0.1:
            flags = replaced(flags, "--items", rng.randint(1001, 4000))
        if rng.random() < 0.15:
            which = rng.choice(["--produce-delay", "--consume-delay", "--lock-delay"])
            flags = replaced(flags, which, rng.choice(EXTREME_DELAYS))
        if rng.random() < 0.25:
            flags = self.with_log(flags, folder / f"{number}.csv")
        self.items = value_of(flags, "--items", 12) if "--arrivals" not in flags else self.logged
        if self.items < max(map(int, value_of(flags, "--fail-at", "0").split(","))):
            flags = without(flags, "--fail-at", "--on-failure")
        self.flags = flags
        self.warmup = rng.randint(0, self.items) if rng.random() < 0.3 else 0
        self.clock = ["--clock", "virtual"]

    def with_log(self, flags, path):
        """The items of a log, some of which come at the same time."""
        rng = self.rng
        flags = without(flags, "--items", "--produce-delay", "--producers", "--produce-first")
        self.logged = rng.choice([0, 1, rng.randint(2, 60), rng.randint(60, 400)])
        services = rng.random() < 0.5
        at, lines = 0.0, ["at,service" if services else "at"]
        for _ in range(self.logged):
            at += rng.choice([0, 0.1, 0.25, rng.random(), rng.expovariate(20)])
            lines.append(repr(at) + (f",{rng.choice([0, 0.1, rng.random()])!r}" if services else ""))
        path.write_text("\n".join(lines) + "\n", encoding="ascii")
        if services:
            flags = without(flags, "--consume-delay")
        return [*flags, "--arrivals", str(path), *(["--arrivals-speed", "2"] if rng.random() < 0.3 else [])]

    def run(self, flags):
        return measures.Run(
            producers=value_of(flags, "--producers", 1),
            consumers=value_of(flags, "--consumers", 2),
            items=self.items,
            maxsize=value_of(flags, "--maxsize", 0),
            warmup=self.warmup,
        )


def strict_json(text):
    """JSON, without the numbers that are none."""

    def refuse(constant):
        raise ValueError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


def flat(figures, prefix=""):
    """A figure a line, by its path."""
    pairs = figures.items() if isinstance(figures, dict) else enumerate(figures, 1)
    for name, value in pairs:
        if isinstance(value, (dict, list)):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def tolerance(name, expected, run):
    """How far rounding may lead, relative and absolute."""
    group, _, figure = name.partition(".")
    if isinstance(expected, int) or name == "makespan" or figure == "max":
        return 0, 0
    if group in run.durations and figure in measures.PERCENTILES:
        return (0, 0) if len(run.durations[group]) <= EXACT else (0.004, 1e-322)
    if group in run.durations:
        longest = max(run.durations[group], default=0)
        return 1e-9, 1e-322 if figure == "mean" else longest * 1e-14
    if group in ("producers", "consumers"):  # what was added up, and what is left of a life after that
        return 1e-9, 1e-12 if figure.endswith("utilization") else run.makespan * 1e-12
    return 1e-9, 1e-12


def differences(run, shown):
    """In what figures pcsim's differ."""
    found = []
    figures = run.figures()
    theirs = dict(flat({name: shown[name] for name in figures}))
    for name, expected in flat(figures):
        relative, absolute = tolerance(name, expected, run)
        if not math.isclose(theirs.pop(name), expected, rel_tol=relative, abs_tol=absolute):
            found.append(f"{name}: by the events {expected!r}, pcsim {dict(flat(shown))[name]!r}")
    return found + [f"{name}: pcsim {value!r}, which the events do not tell" for name, value in theirs.items()]


class Oracle:
    def __init__(self, pcsim, folder):
        self.pcsim, self.folder = pcsim, folder

    def call(self, *arguments, statuses=(0,)):
        """What pcsim prints, once it has ended in one of these ways."""
        command = [self.pcsim, *map(str, arguments)]
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
        if ended.returncode not in statuses:
            raise AssertionError(f"exit status {ended.returncode} of {shlex.join(command)}: {ended.stderr[:500]}")
        return ended.stdout

    def single_run(self, scenario, flags, ending):
        """Runs it; the oracle's view of what took place, and pcsim's figures."""
        events = self.folder / f"events.{ending}"
        options = [*scenario.clock, "--trace", "none", "--summary", "none", "--warmup", scenario.warmup]
        text = self.call(*options, "--export-json", "-", "--export-events", events, *flags, statuses=(0, 1, 3))
        run = scenario.run(flags)
        for event in measures.read_events(str(events)):
            run.take(**event)
        return run, strict_json(text)

    def check(self, number, scenario):
        run, shown = self.single_run(scenario, scenario.flags, scenario.rng.choice(["csv", "jsonl"]))
        found = differences(run, shown)
        if number % 3 == 0 and shown["outcome"] == "done" and "--stop-after" not in scenario.flags:
            found += self.check_compare(scenario, run)
        if number % 5 == 0:
            found += self.check_sweep(scenario)
        return found

    def check_compare(self, scenario, run):
        row = strict_json(self.call("compare", "--clock", "virtual", "--export-json", "-", *scenario.flags))["comparisons"][0]
        timeout = math.inf
        if "--timeout" in scenario.flags and value_of(scenario.flags, "--work", "async") != "block":
            timeout = duration(value_of(scenario.flags, "--timeout", ""))
        work = [min(seconds, timeout) for seconds in run.drawn["work"]]
        sequential = math.fsum([*run.drawn["produce"], *work, *run.drawn["lock"]])
        expected = {
            "sequential": sequential,
            "concurrent": run.makespan,
            "speedup": min(sequential / run.makespan, measures.LARGEST) if run.makespan > 0 else 1,
        }
        found = []
        for name, value in expected.items():
            if not math.isclose(row[name], value, rel_tol=1e-9, abs_tol=0 if name == "concurrent" else 1e-322):
                found.append(f"compare, {name}: by the events {value!r}, pcsim {row[name]!r}")
        return found

    def check_sweep(self, scenario):
        """Each row is the means of what single runs with its seeds say, and their confidence intervals."""
        rng, replications = scenario.rng, scenario.rng.randint(2, 4)
        seed = min(value_of(scenario.flags, "--seed", 42), 2**63 - 1 - replications)
        base = [*without(scenario.flags, "--consumers", "--seed"), "--streams", "per-item"]
        base = base if "--streams" not in scenario.flags else without(scenario.flags, "--consumers", "--seed")
        counts = sorted(rng.sample(range(1, 9), 2))
        names = ["makespan", "throughput", "utilization", "wait.p50", "latency.mean", "latency.p99", "blocked.stddev",
                 "queue.mean_depth", "items.consumed"]  # fmt: skip
        table = self.call(
            "sweep", "--jobs", rng.randint(1, 3), "--replications", replications, "--measure", ",".join(names),
            "--warmup", scenario.warmup, "--seed", seed, "--consumers", ",".join(map(str, counts)), "--export-json", "-", *base,
            statuses=(0, 1, 3),
        )  # fmt: skip
        found = []
        for consumers, row in zip(counts, strict_json(table)["rows"]):
            ends, values = {"done": 0, "deadlock": 0, "failed": 0}, {name: [] for name in names}
            for replication in range(replications):
                flags = [*base, "--consumers", str(consumers), "--seed", str(seed + replication)]
                _, shown = self.single_run(scenario, flags, "csv")
                end = "done" if shown["outcome"] == "stopped" else shown["outcome"]
                ends[end] += 1
                if end == "done":
                    for name, value in flat({group: shown[group] for group in {name.split(".")[0] for name in names}}):
                        if name in values:
                            values[name].append(value)
            if [row["done"], row["deadlocks"], row["failures"]] != list(ends.values()):
                found.append(f"sweep, {consumers} consumers: single runs end {ends}, pcsim {row}")
                continue
            for name in names if ends["done"] else []:
                expected = interval(values[name])
                for bound, value in expected.items():
                    theirs = row["measures"][name][bound]
                    if (theirs is None) != (value is None) or (value is not None and not near(theirs, value, values[name])):
                        found.append(f"sweep, {consumers} consumers, {name}, {bound}: single runs {value!r}, pcsim {theirs!r}")
        return found


def near(theirs, expected, values):
    return math.isclose(theirs, expected, rel_tol=1e-9, abs_tol=1e-9 * max(map(abs, values)) + 1e-322)


def duration(text):
    """In seconds, as pcsim reads it."""
    for unit, seconds in {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "min": 60.0, "s": 1.0}.items():
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * seconds
    return float(text)


def interval(values):
    """The mean, and its 95 % confidence interval by Student's t; no bound that is beyond what a double holds."""
    unit = max(map(abs, values)) or 1
    scaled = [value / unit for value in values]
    mean = math.fsum(scaled) / len(scaled)
    # The quantiles for 97.5 %, of 1, 2 and 3 degrees of freedom.
    quantile = {2: 12.706204736174698, 3: 4.302652729749462, 4: 3.182446305283709}[len(values)]
    half = quantile * statistics.stdev(scaled) / math.sqrt(len(values))
    bounds = {"mean": mean * unit, "low": (mean - half) * unit, "high": (mean + half) * unit}
    return {name: value if math.isfinite(value) else None for name, value in bounds.items()}


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--pcsim", required=True, metavar="PATH", help="the program to test")
    add("--count", type=int, default=scaled(300), metavar="N", help="how many scenarios (default: %(default)s)")
    add("--seed", type=int, default=random.SystemRandom().getrandbits(32), metavar="S", help="default: random")
    add("--only", type=int, metavar="K", help="only scenario number K, counted from 1")
    return parser.parse_args(argv)


def main(argv):
    options = parse(argv)
    print(f"seed {options.seed}", flush=True)
    numbers = range(1, options.count + 1) if options.only is None else [options.only]
    agreed, different = 0, 0
    with tempfile.TemporaryDirectory() as name:
        oracle = Oracle(options.pcsim, pathlib.Path(name))
        for number in numbers:
            scenario = Scenario(options.seed, number, oracle.folder)
            try:
                found = oracle.check(number, scenario)
            except OSError as error:
                print(f"cannot start {options.pcsim}: {error.strerror}", file=sys.stderr)
                return 2
            except (AssertionError, ValueError, subprocess.TimeoutExpired) as error:
                found = [str(error)]
            if not found:
                agreed += 1
                continue
            different += 1
            command = [options.pcsim, *scenario.clock, "--warmup", str(scenario.warmup), *scenario.flags]
            again = ["python3", os.path.relpath(__file__), "--pcsim", options.pcsim, "--seed", str(options.seed)]
            print(f"\nscenario {number}: {shlex.join(command)}", *found[:10], sep="\n  ")
            print(f"  again: {shlex.join(again)} --only {number}", flush=True)
            if different == DIFFERENCES_SHOWN:
                print("\nthat is enough")
                break
    print(f"the figures of {agreed} of {agreed + different} scenarios are those of their events")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
