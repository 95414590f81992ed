"""The figures of a run, worked out from its exported events and its flags, and nothing else."""

import csv
import json
import math
import statistics

PERCENTILES = {"p50": (50, 100), "p90": (90, 100), "p99": (99, 100), "p999": (999, 1000)}
LARGEST = 1.7976931348623157e308


def read_events(path):
    """A file of events, as dictionaries without what there is none of."""
    with open(path, encoding="ascii") as file:
        rows = [json.loads(line) for line in file] if path.endswith(".jsonl") else list(csv.DictReader(file))
    kinds = {"at": float, "event": str, "actor": str, "item": int, "seconds": float}
    return [{name: kinds[name](value) for name, value in row.items() if value != ""} for row in rows]


def ratio(part, whole):
    return min(part / whole, LARGEST) if whole > 0 else 0


def value_at(values, share):
    """The smallest of the sorted values that is not exceeded by a share of all."""
    part, whole = share
    return values[max(0, -(-len(values) * part // whole) - 1)] if values else 0


def distribution(values):
    if not values:
        return dict.fromkeys(["mean", "stddev", *PERCENTILES, "max"], 0)
    unit = max(values) or 1
    values.sort()
    return {
        "mean": math.fsum(value / unit for value in values) / len(values) * unit,
        "stddev": statistics.pstdev(value / unit for value in values) * unit,
        **{name: value_at(values, share) for name, share in PERCENTILES.items()},
        "max": values[-1],
    }


class Run:
    """What took place, event by event."""

    def __init__(self, *, producers, consumers, items, maxsize, warmup):
        self.items, self.maxsize, self.warmup = items, maxsize, warmup
        self.producers = {f"P{i}": {"items": 0, "busy": 0.0, "blocked": 0.0} for i in range(1, producers + 1)}
        self.consumers = {f"C{i}": {"items": 0, "busy": 0.0} for i in range(1, consumers + 1)}
        self.blocked_since, self.producing = {}, {}  # by producer: a time; a time and how long
        self.offered_at, self.put_at = {}, {}  # by item
        self.in_hand = {}  # by consumer: an item, and when it was got
        self.ended_at = {}  # by actor
        self.durations = {"wait": [], "service": [], "latency": [], "blocked": []}
        self.counts = dict.fromkeys(["put", "got", "consumed", "timed_out", "failed"], 0)
        self.depths = [(0.0, 0)]  # when the depth changed, and to what
        self.drawn = {"produce": [], "work": [], "lock": []}
        self.makespan = 0.0

    def count(self, name, item, seconds):
        if item > self.warmup:
            self.durations[name].append(seconds)

    def depth_changes(self, at, event):
        self.counts[event] += 1
        self.depths.append((at, self.counts["put"] - self.counts["got"]))

    def take(self, at, event, actor=None, item=None, seconds=None):
        self.makespan = at
        match event:
            case "blocked":
                self.blocked_since[actor] = self.offered_at[item] = at
            case "put":
                offered = self.offered_at.setdefault(item, at)
                self.stands_no_more(actor, at)
                self.producers[actor]["items"] += 1
                self.count("blocked", item, at - offered)
                self.put_at[item] = at
                self.depth_changes(at, "put")
            case "got":
                self.count("wait", item, at - self.put_at[item])
                self.in_hand[actor] = item, at
                self.depth_changes(at, "got")
            case "consumed" | "timed_out" | "failed":
                self.counts[event] += 1
                self.consumers[actor]["items"] += event == "consumed"
                self.count("service", item, self.has_worked(actor, at))
                self.count("latency", item, at - self.offered_at[item])
            case "exited":
                self.ends(actor, at)
            case "produce":
                self.has_produced(actor, at)
                self.producing[actor] = at, seconds
        if event in self.drawn:
            self.drawn[event].append(seconds)

    def stands_no_more(self, actor, at):
        self.producers[actor]["blocked"] += at - self.blocked_since.pop(actor, at)

    def has_produced(self, actor, at):
        begin, seconds = self.producing.pop(actor, (at, 0))
        self.producers[actor]["busy"] += min(seconds, max(0.0, at - begin))

    def has_worked(self, actor, at):
        _, since = self.in_hand.pop(actor, (None, at))
        self.consumers[actor]["busy"] += at - since
        return at - since

    def ends(self, actor, at):
        """Nothing goes on beyond the end of an actor's life, or of the run."""
        if self.ended_at.setdefault(actor, at) < at:
            return
        if actor in self.producers:
            self.stands_no_more(actor, at)
            self.has_produced(actor, at)
        else:
            self.has_worked(actor, at)

    def time_with(self, predicate):
        """How long the queue's depth was such, and the depths times their time."""
        end = (self.makespan, None)
        spans = [(depth, later - at) for (at, depth), (later, _) in zip(self.depths, [*self.depths[1:], end])]
        return math.fsum(seconds for depth, seconds in spans if predicate(depth)), math.fsum(d * s for d, s in spans)

    def figures(self):
        """All that --export-json tells of a run, but for its flags."""
        for actor in [*self.producers, *self.consumers]:
            self.ends(actor, self.makespan)
        for name, consumer in self.consumers.items():
            consumer["waiting"] = max(0.0, self.ended_at[name] - consumer["busy"])
        counts = self.counts
        empty, area = self.time_with(lambda depth: depth == 0)
        full, _ = self.time_with(lambda depth: 0 < self.maxsize <= depth)
        busy = [consumer["busy"] for consumer in self.consumers.values()]
        actors = {
            "producers": list(self.producers.values()),
            "consumers": list(self.consumers.values()),
        }
        for actor in [*actors["producers"], *actors["consumers"]]:
            actor["utilization"] = ratio(actor["busy"], self.makespan)
        ended = counts["consumed"] + counts["timed_out"] + counts["failed"]
        return {
            "makespan": self.makespan,
            "throughput": ratio(counts["consumed"], self.makespan),
            "utilization": ratio(math.fsum(busy), self.makespan * len(busy)),
            **{name: distribution(values) for name, values in self.durations.items()},
            "queue": {
                "mean_depth": ratio(area, self.makespan),
                "max_depth": max(depth for _, depth in self.depths),
                "full": ratio(full, self.makespan),
                "empty": ratio(empty, self.makespan),
            },
            "items": {
                "consumed": counts["consumed"],
                "timed_out": counts["timed_out"],
                "failed": counts["failed"],
                "unfinished": counts["got"] - ended,
                "queued": counts["put"] - counts["got"],
                "never_put": self.items - counts["put"],
            },
            **actors,
        }
