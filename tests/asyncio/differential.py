#!/usr/bin/env python3
"""Compares pcsim with asyncio: both run the same generated flag sets, and must print and return the same.

    python3 differential.py --pcsim build/app/pcsim
    python3 differential.py --pcsim build/app/pcsim --seed 7 --only 12

Run K of a seed is the same flag set however many runs there are. Exit status: 0 if all runs agree, 1 if one does
not, 2 if pcsim cannot be started.
"""

import argparse
import collections
import itertools
import os
import random
import shlex
import subprocess
import sys

sys.dont_write_bytecode = True  # a test leaves nothing in the source tree
sys.path.append(os.path.join(os.path.dirname(__file__), "..", "support"))

import pipeline  # noqa: E402
from count import scaled  # noqa: E402

PATIENCE = 60  # seconds that pcsim has for one run
MISMATCHES_SHOWN = 5

# Ties are what tells two event loops apart, so the times of a run are multiples of one tick. Where the tick is exact
# in binary, sums of delays meet exactly; elsewhere they meet or miss each other by a rounding error.
TICKS = [1_000, 50_000, 100_000, 100_000, 125_000, 250_000, 1_000_000, 15_000_000]  # in microseconds
UNITS = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6, "": 1e6, "min": 60e6}  # in microseconds

DELAYS = {
    "constant": 50, "none": 8, "zero": 6, "from zero": 9, "uniform": 12, "point": 2,
    "exp": 6, "lognormal": 4, "pareto": 3, "extreme": 0.3,
}
DENSE_DELAYS = {"zero": 50, "none": 20, "constant": 20, "from zero": 10}  # many rounds of the loop at one instant
EXTREME_DELAYS = ["exp:1ns", "lognormal:50,50", "lognormal:-50,50", "pareto:0.1,1ms", "pareto:1000,1", "1000000000"]


def spelled(rng, microseconds):
    """A duration in one of the units in which it is short."""
    spellings = []
    for unit, scale in UNITS.items():
        number = f"{microseconds / scale:.6f}".rstrip("0").rstrip(".")
        if len(number) < 10 and round(float(number) * scale, 6) == microseconds:
            spellings.append(number + unit)
    return rng.choice(spellings)


class FlagSet:
    """Flags drawn at random, but a valid combination: `arguments` is the command line."""

    def __init__(self, rng, base_only):
        self.rng = rng
        self.tick = rng.choice(TICKS)
        self.dense = self.chance(0.2)
        self.constants = []  # the constant ones among the delays drawn so far
        self.arguments = []
        self.add_base_flags()
        if not base_only:
            self.add_coordination_flags()

    def add(self, flag, value):
        self.arguments += [flag, str(value)]

    def chance(self, probability):
        return self.rng.random() < probability

    def pick(self, weights):
        return self.rng.choices(list(weights), weights.values())[0]

    def add_choice(self, flag, weights):
        """None among the choices leaves the flag out."""
        choice = self.pick(weights)
        if choice is not None:
            self.add(flag, choice)
        return choice

    def ticks(self, least, most):
        return spelled(self.rng, self.tick * self.rng.randint(least, most))

    def instant(self, most):
        """A time at which something else may well happen: a delay, some ticks, or the rounded sum of as many sleeps."""
        if self.constants and self.chance(0.3):
            return self.rng.choice(self.constants)
        count = self.rng.randint(1, most)
        if self.chance(0.5):
            return spelled(self.rng, self.tick * count)
        *_, time = itertools.accumulate(itertools.repeat(self.tick / 1e6, count))
        return repr(time)

    def delay(self):
        rng = self.rng
        match self.pick(DENSE_DELAYS if self.dense else DELAYS):
            case "constant":
                self.constants.append(self.ticks(1, 4))
                return self.constants[-1]
            case "none":
                return rng.choice(["0", "0", "0s", "0ms", "0.0"])
            case "zero":  # unlike none, this takes a draw, and a turn of the loop
                return rng.choice(["0,0", "0ms,0"])
            case "from zero":
                return f"0,{self.ticks(1, 3)}"
            case "uniform":
                return f"{self.ticks(1, 3)},{self.ticks(4, 6)}"
            case "point":
                only = self.ticks(1, 4)
                return f"{only},{only}"
            case "exp":
                return f"exp:{self.ticks(1, 3)}"
            case "lognormal":
                return f"lognormal:{rng.choice(['-3', '-1.5', '0', '0.5'])},{rng.choice(['0', '0.25', '1', '2'])}"
            case "pareto":
                return f"pareto:{rng.choice(['0.5', '1', '1.5', '3', '20'])},{self.ticks(1, 2)}"
            case "extreme":
                return rng.choice(EXTREME_DELAYS)

    def actors(self):
        most = self.pick({1: 30, 4: 45, 12: 22, 50: 2, 500: 1})
        return self.rng.randint(most // 2, most) if most >= 50 else self.rng.randint(1, most)

    def add_base_flags(self):
        rng = self.rng
        self.producers = producers = self.actors()
        self.consumers = consumers = self.actors()
        low, high = self.pick({
            (0, 0): 3, (1, producers): 8, (1, 20): 50, (20, 60): 34, (200, 800): 4.5, (15_000, 20_000): 0.5,
        })
        self.items = rng.randint(low, high)
        self.add("--producers", producers)
        self.add("--consumers", consumers)
        self.add("--items", self.items)
        self.add_choice("--maxsize", {None: 25, 0: 5, 1: 22, 2: 15, 3: 10, 4: 5, 5: 8, 20: 5, 1000: 5})
        if self.chance(0.95):
            self.add("--produce-delay", self.delay())
        if self.chance(0.95):
            self.add("--consume-delay", self.delay())
        if self.chance(0.25):
            self.arguments.append("--produce-first")
        if self.chance(0.8):
            seeds = [rng.randrange(100), rng.getrandbits(32), rng.getrandbits(63), 2**32 - 1, 2**32, 2**63 - 1]
            self.add("--seed", rng.choice(seeds))
        self.add_choice("--streams", {None: 40, "shared": 5, "per-actor": 25, "per-item": 30})
        shutdown = self.add_choice("--shutdown", {None: 35, "sentinel": 15, "join-sentinel": 25, "join-cancel": 25})
        if shutdown != "join-cancel" and self.chance(0.4):
            few_or_many = [0, 1, consumers // 2, consumers - 1, consumers, consumers + 1, consumers + 3, 2 * consumers]
            self.add("--sentinels", rng.choice(few_or_many))
        self.add_choice("--trace", {"full": 60, "lesson": 15, None: 20, "none": 5})

    def add_coordination_flags(self):
        rng = self.rng
        if self.chance(0.2):
            self.add("--ready-after", self.instant(8))
        if self.chance(0.3):
            self.add("--limit", rng.choice([1, 1, 1, 2, 2, 2, 3, rng.randint(1, self.consumers + 1)]))
        if self.chance(0.3):
            self.add("--lock-delay", self.delay())
        if self.chance(0.35):
            # 1e-20 is lost when it is added to the time, and so has expired before the work begins.
            self.add("--timeout", self.pick({self.instant(5): 90, "1ns": 4, "1e-20": 6}))
        work = self.add_choice("--work", {None: 45, "async": 5, "block": 15, "thread": 80 if self.dense else 35})
        if work == "thread" and self.chance(0.8):
            self.add("--threads", rng.randint(1, 4))
        failing = self.items > 0 and self.chance(0.25)
        if failing:
            ids = rng.sample(range(1, self.items + 1), min(self.items, rng.randint(1, 5)))
            self.add("--fail-at", ",".join(map(str, ids)))
            self.add_choice("--on-failure", {None: 30, "stop": 20, "continue": 50})
        stopping = self.chance(0.35)
        if stopping:
            share = self.items // min(self.producers, self.consumers)  # the run may take some ticks for each of these
            self.add("--stop-after", self.instant(rng.choice([2, 10, 2 + 2 * min(share, 100)])))
        if stopping or failing or self.chance(0.05):
            self.add_choice("--on-stop", {None: 20, "cancel": 10, "finish": 35, "drain": 35})


def flag_set(seed, number, base_only):
    return FlagSet(random.Random(f"{seed}/{number}"), base_only).arguments


def outcome(result):
    if result.status == pipeline.DEADLOCKED:
        return "deadlock"
    if result.status == pipeline.FAILED:
        return "failed"
    return "stopped" if result.stopped else "done"


def first_difference(expected, actual):
    lines = itertools.zip_longest(expected.splitlines(keepends=True), actual.splitlines(keepends=True))
    return next((number, *pair) for number, pair in enumerate(lines, 1) if pair[0] != pair[1])


def shown(line):
    if line is None:
        return "(no such line)"
    text = line.decode(errors="backslashreplace")
    return text[:-1] if text.endswith("\n") else f"{text} (and no newline)"


def differences(expected, command):
    """Runs pcsim; says in some lines how it differs from what asyncio did, or nothing."""
    try:
        process = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return [f"pcsim has not ended after {PATIENCE} s"]
    found = []
    if process.returncode != expected.status:
        found.append(f"exit status: asyncio {expected.status}, pcsim {process.returncode}")
        found += [f"pcsim's stderr: {shown(line)}" for line in process.stderr.splitlines(keepends=True)[:3]]
    stdout = expected.stdout_text.encode()
    if process.stdout != stdout:
        number, theirs, ours = first_difference(stdout, process.stdout)
        found += [f"stdout, line {number}:", f"  asyncio: {shown(theirs)}", f"  pcsim:   {shown(ours)}"]
    return found


def imbalance(trace, left):
    """What is wrong with the books that a trace keeps, or None. `left` are the ids in the queue at the end.

    Every item is produced once, and then either left in the queue or brought to one end by one consumer.
    """
    produced, ended, in_hand = set(), set(), {}
    for line in trace.splitlines():
        _, who, *what = line.split()
        if who == "PROD":
            identity = int(what[0])
            if identity in produced:
                return f"item {identity} is produced twice"
            produced.add(identity)
            continue
        # C1 GET id=3 | C1 id=3 payload=9 | C1 TIMEOUT id=3 | C1 FAIL id=3 | C1 CANCELLED id=3
        identity = next((int(word[3:]) for word in what if word.startswith("id=")), None)
        if identity is None or who.startswith("P"):
            continue
        if identity not in produced or identity in ended:
            return f"item {identity} was not there to be taken: {line}"
        if what[0] == "GET":
            if who in in_hand or identity in in_hand.values():
                return f"an item is taken while another is in hand, or twice: {line}"
            in_hand[who] = identity
            continue
        if in_hand.pop(who, identity) != identity:
            return f"{who} ends an item that it has not in hand: {line}"
        if what[-1].startswith("payload=") and int(what[-1][8:]) != identity**2:
            return f"wrong payload: {line}"
        ended.add(identity)
    if in_hand:
        return f"never ended: {in_hand}"
    if len(set(left)) != len(left) or ended & set(left) or produced != ended | set(left):
        return f"produced {len(produced)}, ended {len(ended)}, left in the queue {len(left)}"
    return None


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--pcsim", required=True, metavar="PATH", help="the program to test")
    add("--runs", type=int, default=scaled(1000), metavar="N", help="default: %(default)s")
    add("--seed", type=int, default=random.SystemRandom().getrandbits(32), metavar="S", help="default: random")
    add("--only", type=int, metavar="K", help="only run number K, counted from 1")
    add("--base-only", action="store_true", help="no flags of coordination, faults and early ends")
    return parser.parse_args(argv)


def main(argv):
    options = parse(argv)
    print(f"seed {options.seed}", flush=True)
    numbers = range(1, options.runs + 1) if options.only is None else [options.only]
    agreed, mismatches = collections.Counter(), 0
    for number in numbers:
        flags = flag_set(options.seed, number, options.base_only)
        command = [options.pcsim, "--clock", "virtual", "--summary", "none", *flags]
        expected = pipeline.run(flags)
        try:
            found = differences(expected, command)
        except OSError as error:
            print(f"cannot start {options.pcsim}: {error.strerror}", file=sys.stderr)
            return 2
        if not found and expected.stdout_text:
            wrong = imbalance(expected.stdout_text, expected.left)
            found = [f"the books do not balance: {wrong}"] if wrong else []
        if not found:
            agreed[outcome(expected)] += 1
            continue
        mismatches += 1
        again = ["python3", os.path.relpath(__file__), "--pcsim", options.pcsim, "--seed", str(options.seed)]
        again += ["--only", str(number)] + ["--base-only"] * options.base_only
        print(f"\nrun {number}: {shlex.join(command)}", *found, f"again: {shlex.join(again)}", sep="\n  ", flush=True)
        if mismatches == MISMATCHES_SHOWN:
            print("\nthat is enough")
            break
    outcomes = ", ".join(f"{agreed[name]} {name}" for name in ("done", "failed", "deadlock", "stopped"))
    print(f"{agreed.total()} of {agreed.total() + mismatches} runs agree ({outcomes})")
    return 1 if mismatches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
