#!/usr/bin/env python3
"""The pipeline of pcsim on CPython's own asyncio, under a virtual clock.

    python3 pipeline.py --consumers 2 --items 12 --seed 42

prints what `pcsim --clock virtual` has to print on stdout for the same flags, and ends with the same status:
0 done, 1 the run failed, 3 deadlock. It checks no flag for sense; that is pcsim's affair.

As a module, run(argv) does the same inside the calling process and returns a Result. Runs share nothing, and
leave nothing behind.

Needs CPython 3.11 or newer, and nothing else.
"""

import argparse
import asyncio
import collections
import heapq
import itertools
import math
import random
import sys
from typing import NamedTuple

DONE, FAILED, DEADLOCKED = 0, 1, 3


class Drawn(NamedTuple):
    """Sums of the delays that a run drew, in seconds, whether or not they were waited for to their end."""

    producers: tuple[float, ...]  # each producer's own
    work: float
    lock: float

    @property
    def total(self):
        """How long the same delays take one after another."""
        return sum(self.producers) + self.work + self.lock


class Result(NamedTuple):
    status: int
    stdout_text: str
    ended_at: float
    stopped: bool  # the run was told to end early, by a stop time or by a failure
    left: tuple[int, ...]  # the ids still in the queue at the end
    drawn: Drawn


class Deadlock(Exception):
    """Nothing is ready and no timer is set: what waits now waits for ever."""


class Timer(asyncio.TimerHandle):
    """A timer that fires after those set before it for the same instant; asyncio leaves their order open."""

    __slots__ = ("number",)

    def __lt__(self, other):
        return (self._when, self.number) < (other._when, other.number)


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio's loop on a clock that starts at 0 and, instead of waiting, jumps to the next timer."""

    def __init__(self):
        self.now = 0.0
        self._timer_numbers = itertools.count()
        super().__init__()
        self._selector.select = self._jump

    def time(self):
        return self.now

    def call_at(self, when, callback, *args, context=None):
        timer = Timer(when, callback, args, self, context)
        timer.number = next(self._timer_numbers)
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    def _jump(self, timeout=None):
        if timeout is None:
            raise Deadlock
        if timeout > 0:
            # Not now + timeout, which rounds, and which asyncio cuts to a day.
            self.now = self._scheduled[0]._when
        return []

    # A round of the loop fires the timers due before time() + resolution. One step to the next double makes that
    # the timers due now, and no others however close. The base class assigns the resolution of the real clock.
    @property
    def _clock_resolution(self):
        return math.nextafter(self.now, math.inf) - self.now

    @_clock_resolution.setter
    def _clock_resolution(self, _):
        pass


class Semaphore(asyncio.Semaphore):
    """asyncio's, as it is in CPython 3.11 and 3.12, which pcsim follows.

    There a task that gets its turn wakes one more at most, and one that is cancelled while it waits wakes nobody.
    Since 3.13 both wake as many as there is room for, a round of the loop earlier. It shows, though rarely, where
    a pool frees several threads in one round.
    """

    if sys.version_info >= (3, 13):

        async def acquire(self):
            if not self.locked():
                self._value -= 1
                return True
            if self._waiters is None:
                self._waiters = collections.deque()
            turn = self._get_loop().create_future()
            self._waiters.append(turn)
            try:
                try:
                    await turn
                finally:
                    self._waiters.remove(turn)
            except asyncio.CancelledError:
                if not turn.cancelled():  # it had its turn, and passes it on
                    self._value += 1
                    self._wake_up_next()
                raise
            if self._value > 0:
                self._wake_up_next()
            return True


UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "min": 60.0, "s": 1.0}  # "s" last: it ends most of the others


def duration(text):
    for unit, scale in UNITS.items():
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * scale
    return float(text)


def delay(text):
    """Reads 0.1 | 0.01,0.05 | exp:MEAN | lognormal:MU,SIGMA | pareto:ALPHA,MIN as a function of a random stream.

    A constant 0 is None: no delay at all, not even a turn of the loop. A random delay that happens to be 0 takes one.
    """
    kind, _, rest = text.rpartition(":")
    values = rest.split(",")
    if kind == "exp":
        rate = 1.0 / duration(values[0])
        return lambda stream: stream.expovariate(rate)
    if kind == "lognormal":
        mu, sigma = map(float, values)
        return lambda stream: stream.lognormvariate(mu, sigma)
    if kind == "pareto":
        alpha, least = float(values[0]), duration(values[1])
        return lambda stream: least * stream.paretovariate(alpha)
    if len(values) == 2:
        low, high = map(duration, values)
        return lambda stream: stream.uniform(low, high)
    constant = duration(values[0])
    return (lambda stream: constant) if constant else None


class Draws:
    """What is drawn from one delay, and its sum."""

    def __init__(self, delay):
        self.delay = delay
        self.total = 0.0

    def __call__(self, stream):
        if self.delay is None:
            return None
        seconds = self.delay(stream)
        self.total += seconds
        return seconds


async def pause(seconds):
    if seconds is not None:
        await asyncio.sleep(seconds)


PRODUCER, CONSUMER = 1, 2  # part of the seed of a stream

SENTINEL = object()


async def occupy_thread(loop, threads, seconds):
    """Works on a thread that was acquired, which is busy to the end, whether or not somebody still waits for it."""
    if seconds is None:
        threads.release()
        return
    finished = loop.create_future()

    def finish():
        threads.release()
        if not finished.done():
            finished.set_result(None)

    loop.call_later(seconds, finish)
    await finished


class Item:
    def __init__(self, identity):
        self.identity = identity
        # With --streams per-item the producer draws what the item will cost, so that it costs the same whoever
        # works on it. Otherwise its consumer draws.
        self.work = None
        self.held = None


class Failure(Exception):
    """Raised by a consumer on an item of --fail-at."""


class Pipeline:
    def __init__(self, options, loop):
        self.options = options
        self.loop = loop
        self.lines = []
        self.queue = asyncio.Queue(options.maxsize)
        self.ready = asyncio.Event()
        self.limit = Semaphore(options.limit or options.consumers)
        self.threads = Semaphore(options.threads)
        self.lock = asyncio.Lock()
        self.ids = itertools.count(1)
        self.still_producing = options.producers
        self.in_hand = {}  # a consumer's index -> the id it works on
        self.becoming_ready = None
        self.stopping = False
        self.failed = False
        self.shared_stream = random.Random(options.seed)
        self.production_draws = [Draws(options.produce_delay) for _ in range(options.producers)]
        self.work_draws = Draws(options.consume_delay)
        self.lock_draws = Draws(options.lock_delay)

    @property
    def drawn(self):
        producers = tuple(draws.total for draws in self.production_draws)
        return Drawn(producers, self.work_draws.total, self.lock_draws.total)

    def say(self, what):
        if self.options.trace != "none":
            self.lines.append(f"{self.loop.time():.3f} {what}\n")

    def say_fully(self, what):
        if self.options.trace == "full":
            self.say(what)

    def stream_of(self, kind, index):
        if self.options.streams == "shared":
            return self.shared_stream
        return random.Random(self.options.seed + (kind << 64) + (index << 72))

    async def main(self):
        """Ends when every producer and every consumer has ended."""
        options = self.options
        if options.stop_after is not None:
            self.loop.call_later(options.stop_after, self.stop)
        self.consumers = [asyncio.create_task(self.consume(i)) for i in range(1, options.consumers + 1)]
        self.producers = [asyncio.create_task(self.produce(i)) for i in range(1, options.producers + 1)]
        self.ending = asyncio.create_task(self.end_in_order())
        if options.ready_after is not None:
            self.becoming_ready = asyncio.create_task(self.become_ready())
        await asyncio.wait([*self.producers, *self.consumers])
        self.say("DONE")
        return FAILED if self.failed else DONE

    async def produce(self, index):
        options, name = self.options, f"P{index}"
        draw, stream = self.production_draws[index - 1], self.stream_of(PRODUCER, index)
        by = f" by {name}" if options.producers > 1 else ""
        share = options.items // options.producers + (index <= options.items % options.producers)
        try:
            for _ in range(share):
                if not options.produce_first:
                    await pause(draw(stream))
                item = Item(next(self.ids))
                if options.streams == "per-item":
                    item.work = self.work_draws(stream)
                    item.held = self.lock_draws(stream)
                if self.queue.full():
                    self.say_fully(f"{name} BLOCKED id={item.identity}")
                await self.queue.put(item)
                self.say(f"PROD {item.identity}{by}")
                if options.produce_first:
                    await pause(draw(stream))
            self.still_producing -= 1
            if self.still_producing == 0 and options.shutdown == "sentinel":
                await self.send_sentinels()
        except asyncio.CancelledError:
            self.say(f"{name} CANCELLED")
            raise

    async def send_sentinels(self):
        for _ in range(self.options.sentinels):
            await self.queue.put(SENTINEL)

    async def consume(self, index):
        options, name = self.options, f"C{index}"
        stream = self.stream_of(CONSUMER, index)
        try:
            if options.ready_after is not None:
                await self.ready.wait()
            while not (self.stopping and options.on_stop == "finish"):
                item = await self.queue.get()
                try:
                    if item is SENTINEL:
                        break
                    identity = self.in_hand[index] = item.identity
                    self.say_fully(f"{name} GET id={identity}")
                    await self.process(item, stream)
                    self.say(f"{name} id={identity} payload={identity * identity}")
                except TimeoutError:
                    self.say(f"{name} TIMEOUT id={identity}")
                except Failure:
                    self.say(f"{name} FAIL id={identity}")
                    if options.on_failure == "stop":
                        self.failed = True
                        self.stop()
                        return
                finally:
                    self.queue.task_done()
                del self.in_hand[index]
            self.say(f"{name} STOP")
        except asyncio.CancelledError:
            unfinished = f" id={self.in_hand[index]}" if index in self.in_hand else ""
            self.say(f"{name} CANCELLED{unfinished}")
            raise

    async def process(self, item, stream):
        options = self.options
        async with self.limit:
            async with asyncio.timeout(options.timeout):
                await self.work(item, stream)
        if options.lock_delay is not None:
            async with self.lock:
                await pause(item.held if options.streams == "per-item" else self.lock_draws(stream))
        if item.identity in options.fail_at:
            raise Failure

    async def work(self, item, stream):
        if self.options.work == "thread":
            # First a thread, then the draw: who waits for a thread has drawn nothing yet.
            await self.threads.acquire()
        seconds = item.work if self.options.streams == "per-item" else self.work_draws(stream)
        if self.options.work == "thread":
            await occupy_thread(self.loop, self.threads, seconds)
        elif self.options.work == "async":
            await pause(seconds)
        elif seconds is not None:
            self.loop.now += seconds  # block: time passes and nobody else can run

    async def become_ready(self):
        await asyncio.sleep(self.options.ready_after)
        self.say("READY")
        self.ready.set()

    async def end_in_order(self):
        """For the shutdowns that wait until everything produced is consumed, and then send the consumers home."""
        await asyncio.wait(self.producers)
        await self.queue.join()
        if self.options.shutdown == "join-sentinel":
            await self.send_sentinels()
        elif self.options.shutdown == "join-cancel":
            for task in self.consumers:
                task.cancel()

    def stop(self):
        """Ends the run early, at this very instant, for --stop-after or for a consumer's failure."""
        options = self.options
        if self.stopping:
            return
        self.stopping = True
        self.say("STOPPING")
        self.ending.cancel()
        if self.becoming_ready and options.on_stop != "drain":
            self.becoming_ready.cancel()
        for task in self.producers:
            task.cancel()
        if options.on_stop == "cancel":
            for task in self.consumers:
                task.cancel()
        elif options.on_stop == "finish":
            for index, task in enumerate(self.consumers, 1):
                if index not in self.in_hand:
                    task.cancel()
        else:
            # The loop itself holds tasks only weakly.
            self.draining = asyncio.create_task(self.send_sentinels())

    def empty_queue(self):
        """Takes out what is left in the queue, and returns its ids."""
        taken = [self.queue.get_nowait() for _ in range(self.queue.qsize())]
        return tuple(item.identity for item in taken if item is not SENTINEL)


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--producers", type=int, default=1)
    add("--consumers", type=int, default=2)
    add("--items", type=int, default=12, help="in all, shared out evenly over the producers")
    add("--maxsize", type=int, default=0, help="of the queue; 0: unbounded")
    add("--produce-delay", type=delay, default="0.01,0.05")
    add("--produce-first", action="store_true", help="put the item, then sleep")
    add("--consume-delay", type=delay, default="0.02,0.08")
    add("--seed", type=int, default=42)
    add("--streams", choices=["shared", "per-actor", "per-item"], default="shared")
    add("--shutdown", choices=["sentinel", "join-sentinel", "join-cancel"], default="sentinel")
    add("--sentinels", type=int, help="how many are sent; default: one per consumer")
    add("--ready-after", type=duration, help="consumers wait for an event that is set at this time")
    add("--limit", type=int, help="how many consumers may work at once")
    add("--lock-delay", type=delay, help="per item, in one lock that all consumers share")
    add("--timeout", type=duration, help="on the work on one item")
    add("--work", choices=["async", "block", "thread"], default="async")
    add("--threads", type=int, default=4, help="of the pool, with --work thread")
    add("--fail-at", type=lambda text: set(map(int, text.split(","))), default=set(), metavar="ID,ID")
    add("--on-failure", choices=["stop", "continue"], default="stop")
    add("--stop-after", type=duration)
    add("--on-stop", choices=["cancel", "finish", "drain"], default="cancel")
    add("--trace", choices=["lesson", "full", "none"], default="lesson")
    add("--clock", choices=["virtual"], default="virtual", help="this program has no other")
    options = parser.parse_args(argv)
    if options.sentinels is None:
        options.sentinels = options.consumers
    return options


def end_quietly(loop):
    """Cancels what still waits and lets it end, so that nothing complains when it is collected."""
    pending = asyncio.all_tasks(loop)
    for task in pending:
        task.cancel()
    if pending:
        loop.run_until_complete(asyncio.wait(pending))
    loop.close()


def run(argv):
    options = parse(argv)
    loop = VirtualLoop()
    pipeline = Pipeline(options, loop)
    try:
        try:
            status = loop.run_until_complete(pipeline.main())
        except Deadlock:
            status = DEADLOCKED
        # What is returned is taken now: the end of the tasks that still wait would add to the trace.
        text = "".join(pipeline.lines)
        return Result(status, text, loop.now, pipeline.stopping, pipeline.empty_queue(), pipeline.drawn)
    finally:
        end_quietly(loop)


if __name__ == "__main__":
    result = run(sys.argv[1:])
    sys.stdout.write(result.stdout_text)
    sys.stdout.flush()
    if result.status == DEADLOCKED:
        print(f"deadlock at {result.ended_at:.3f}", file=sys.stderr)
    sys.exit(result.status)
