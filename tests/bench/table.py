"""Prints the README's table from what the benchmark has written: python3 table.py benchmark.json"""

import json
import os
import platform
import sys

MILLION = 1_000_000


class Results:
    """The medians of the cases, by name: seconds, and their other figures."""

    def __init__(self, document):
        self.compiler = document["context"]["compiler"]
        self.cases = {}
        for entry in document["benchmarks"]:
            if "error_message" in entry:
                sys.exit(f"{entry['run_name']}: {entry['error_message']}")
            # What stands for all repetitions, or the only one.
            if entry["run_type"] == "iteration" or entry["aggregate_name"] == "median":
                name = "/".join(part for part in entry["run_name"].split("/") if ":" not in part and not part.endswith("_time"))
                self.cases[name] = entry

    def figure(self, case, name):
        return self.cases[case][name]

    def milliseconds(self, case, of="cpu_time"):
        assert self.cases[case]["time_unit"] == "ms"
        return self.figure(case, of)

    def per_item(self, case, items=MILLION):
        return self.milliseconds(case) * 1e6 / items


def kilobytes(count):
    return f"{count / 1000:.1f} kB"


def ratio_row(results, what, case, other, target, most, name):
    ours, theirs = results.per_item(case), results.per_item(other)
    times = ours / theirs
    return what, target, f"{times:.2f}x ({ours:.0f} ns an item, {name} {theirs:.0f})", times <= most


def rows(results):
    """What is measured, its target, the figure, and whether that meets it; None where there is no target."""
    yield ratio_row(results, "W1, against the limit", "bare/w1", "limit/w1", "at most 1.3x", 1.3, "the limit")
    yield ratio_row(results, "W2, against the limit", "bare/w2", "limit/w2", "at most 0.95x", 0.95, "the limit")
    yield ratio_row(results, "W3, against the limit", "bare/w3", "limit/w3", "at most 1.4x", 1.4, "the limit")
    yield ratio_row(results, "W4, against W1", "bare/w4", "bare/w1", "at most 1.2x", 1.2, "W1")
    for workload, least in ("w1", 250), ("w2", 150):
        asyncio = results.milliseconds(f"asyncio/{workload}_100k", "real_time")  # as it has told
        ours = results.milliseconds(f"bare/{workload}_100k")
        times = asyncio / ours
        yield (f"{workload.upper()}, 100,000 items, against asyncio", f"at least {least}x faster",
               f"{times:.0f}x ({ours:.1f} ms, asyncio {asyncio:.0f} ms)", times >= least)
    for workload, most in ("w1", 1.25), ("w2", 1.15):
        yield ratio_row(results, f"{workload.upper()} with statistics, against without", f"statistics/{workload}",
                        f"bare/{workload}", f"at most {most}x", most, "without")
    for workload in "w1", "w2":
        line = (results.per_item(f"trace/{workload}") - results.per_item(f"bare/{workload}")) / 2  # put and consumed
        yield f"{workload.upper()}, a line of the trace into a file", "at most 80 ns", f"{line:.0f} ns", line <= 80
    for workload in "w1", "w2":
        csv, jsonl = (results.per_item(f"events/{workload}_{kind}") - results.per_item(f"bare/{workload}")
                      for kind in ("csv", "jsonl"))
        yield (f"{workload.upper()}, all events of an item into a file", "", f"{csv:.0f} ns as CSV, {jsonl:.0f} ns as JSON Lines",
               None)
    for workload in "w1", "w2":
        few = results.per_item(f"bare/{workload}_100k", MILLION / 10)
        many = results.per_item(f"bare/{workload}_10m", MILLION * 10)
        yield (f"{workload.upper()}, an item of 100,000 and of 10,000,000", "within 15 %",
               f"{few:.0f} ns, {many:.0f} ns ({many / few - 1:+.0%})", abs(many / few - 1) <= 0.15)
        few = results.figure(f"bare/{workload}_100k", "held")
        many = results.figure(f"bare/{workload}_10m", "held")
        yield (f"{workload.upper()}, memory for 100,000 items and for 10,000,000", "the same (within 1 %)",
               f"{kilobytes(few)}, {kilobytes(many)}", abs(many / few - 1) <= 0.01)
    idle = results.figure("idle", "bytes_each")
    yield "an idle consumer, of 1,000,000", "at most 160 bytes", f"{idle:.0f} bytes", idle <= 160
    start, cancel = (results.figure("cancellation", name) for name in ("start", "cancel"))
    yield ("1,000,000 consumers, cancelled in the midst of their work", "at most twice their start",
           f"{cancel / start:.2f}x ({cancel:.2f} s, start {start:.2f})", cancel <= 2 * start)
    replication = results.milliseconds("replication") * 1e3
    yield "the lesson, as one of a sweep's many runs", "at most 14 us", f"{replication:.1f} us", replication <= 14
    start = results.milliseconds("start", "real_time")
    yield "the lesson, from exec to the first line", "at most 10 ms", f"{start:.1f} ms", start <= 10

    milli = {name: results.figure(case, name) * 1e3 for case, name in (
        ("lessons", "median"), ("lessons", "p99"), ("drift", "first"), ("drift", "last"), ("drift", "drift"))}
    yield ("live, 20 lessons: how late an event is", "0.1 ms at the median", f"{milli['median']:.3f} ms (p99 {milli['p99']:.3f} ms)",
           milli["median"] <= 0.1)
    # By the median of the last tenth, since a single event is as late as it happens to be; what is left to chance is small.
    yield ("live, 1000 items: how late the last event is", "no later than the first (within 0.01 ms)",
           f"{milli['last']:.3f} ms, the first {milli['first']:.3f} ms; the last tenth {milli['drift']:+.3f} ms against the first",
           milli["drift"] <= 0.01)
    busy = results.milliseconds("thousand_actors") / results.milliseconds("thousand_actors", "real_time")
    yield "live, 1000 actors: CPU time", "below 5 % of a core", f"{busy:.1%}", busy < 0.05


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as cpus:
        models = [line.split(":", 1)[1].strip() for line in cpus if line.startswith("model name")]
    return models[0] if models else platform.machine()


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        results = Results(json.load(file))
    cores = len(os.sched_getaffinity(0))
    print(f"{processor()}, {cores} cores; {results.compiler}, CPython {platform.python_version()}:\n")
    print("| | target | measured | |\n|---|---|---|---|")
    for what, target, figure, met in rows(results):
        print(f"| {what} | {target} | {figure} | {'' if met is None else 'met' if met else 'not met'} |")


if __name__ == "__main__":
    main()
