#!/usr/bin/env python3
"""Holds `pcsim compare` against asyncio: the figures must be those of the run and the delays that CPython has.

    python3 compare.py --pcsim build/pcsim
    python3 compare.py --pcsim build/pcsim --seed 7 --only 12

The sequential time is the sum of all that asyncio's run drew, the concurrent one is when it ended, and the bound
follows from whose delays these were. Exit status: 0 if all runs agree, 1 if one does not, 2 if pcsim cannot be started.
"""

import json
import math
import os
import random
import shlex
import subprocess
import sys

sys.dont_write_bytecode = True  # a test leaves nothing in the source tree

import differential  # noqa: E402
import pipeline  # noqa: E402

# Ends a run early, or cuts the work short: then not all that is drawn is worked on.
CUTS = {"--stop-after", "--timeout"}


def without(flags, names):
    kept, index = [], 0
    while index < len(flags):
        takes_value = index + 1 < len(flags) and not flags[index + 1].startswith("--")
        step = 2 if takes_value else 1
        if flags[index] not in names:
            kept += flags[index : index + step]
        index += step
    return kept


def flag_set(seed, number):
    """Flags, and the numbers of consumers to compare: None for the flags' own."""
    flags = without(differential.flag_set(seed, number, base_only=False), CUTS) + ["--on-failure", "continue"]
    rng = random.Random(f"{seed}/{number}/consumers")
    if rng.random() < 0.7:
        return flags, None
    return without(flags, {"--streams", "--consumers"}), rng.sample(range(1, 21), rng.randint(2, 4))


def expected_row(flags):
    """What one row must say, or None where the run is a deadlock."""
    options = pipeline.parse(flags)
    result = pipeline.run(flags)
    if result.status == pipeline.DEADLOCKED:
        return None
    at_once = min(options.consumers, options.limit or options.consumers)
    if options.work == "thread":
        at_once = min(at_once, options.threads)
    if options.work == "block":
        at_once = 1
    drawn = result.drawn
    return {
        "consumers": options.consumers,
        "sequential": drawn.total,
        "concurrent": result.ended_at,
        "bound": max(*drawn.producers, drawn.work / at_once, drawn.lock),
    }


def differences(rows, expected):
    if len(rows) != len(expected):
        return [f"{len(rows)} rows, expected {len(expected)}"]
    found = []
    for row, wanted in zip(rows, expected):
        shown = {**row, "bound": row["bound"]["seconds"]}
        for name, value in wanted.items():
            # The instant is exact; sums are added up in another order.
            tolerance = 1e-9 if name in ("sequential", "bound") else 0
            if not math.isclose(shown[name], value, rel_tol=tolerance, abs_tol=tolerance):
                found.append(f"{wanted['consumers']} consumers, {name}: asyncio {value!r}, pcsim {shown[name]!r}")
    return found


def check(pcsim, flags, consumers):
    """Says in some lines how pcsim differs, or nothing; and whether the run is a deadlock."""
    command = [pcsim, "compare", "--clock", "virtual", "--export-json", "-", *flags]
    if consumers is None:
        expected = [expected_row(flags)]
    else:
        command += ["--consumers", ",".join(map(str, consumers))]
        expected = [expected_row([*flags, "--streams", "per-item", "--consumers", str(number)]) for number in consumers]
    deadlock = None in expected
    rows = expected[: expected.index(None)] if deadlock else expected  # a deadlock ends it, and leaves what came before
    process = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=differential.PATIENCE)
    wanted_status = pipeline.DEADLOCKED if deadlock else pipeline.DONE
    found = []
    if process.returncode != wanted_status:
        found = [f"exit status: expected {wanted_status}, pcsim {process.returncode}", f"pcsim's stderr: {process.stderr}"]
    elif not rows and process.stdout:
        found = ["there is something on stdout beside the deadlock"]
    elif rows:
        found = differences(json.loads(process.stdout)["comparisons"], rows)
    return [shlex.join(command), *found] if found else [], deadlock


def main(argv):
    options = differential.parse(argv)
    print(f"seed {options.seed}", flush=True)
    numbers = range(1, options.runs + 1) if options.only is None else [options.only]
    agreed, deadlocks, mismatches = 0, 0, 0
    for number in numbers:
        flags, consumers = flag_set(options.seed, number)
        try:
            found, deadlock = check(options.pcsim, flags, consumers)
        except OSError as error:
            print(f"cannot start {options.pcsim}: {error.strerror}", file=sys.stderr)
            return 2
        if not found:
            agreed += 1
            deadlocks += deadlock
            continue
        mismatches += 1
        again = ["python3", os.path.relpath(__file__), "--pcsim", options.pcsim, "--seed", str(options.seed)]
        print(f"\nrun {number}:", *found, f"again: {shlex.join(again)} --only {number}", sep="\n  ", flush=True)
        if mismatches == differential.MISMATCHES_SHOWN:
            print("\nthat is enough")
            break
    print(f"{agreed} of {agreed + mismatches} comparisons agree ({deadlocks} of them deadlocks)")
    return 1 if mismatches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
