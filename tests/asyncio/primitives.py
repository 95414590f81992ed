#!/usr/bin/env python3
"""Compares the pieces of pcsim's runtime with asyncio's: both run the same generated programs, and must do the same.

    python3 primitives.py --oracle build/tests/oracle_primitives
    python3 primitives.py --oracle build/tests/oracle_primitives --seed 7 --only 12

A program is some tasks and what they share: queues, semaphores, events, locks, a pool of threads. Its delays are
multiples of one tick, so that ties are common. Both sides print each step: when, who, what and with which result. Program
K of a seed is the same however many there are. One that differs is printed after everything was left out of it that is
not needed for the difference. Exit status: 0 if all agree, 1 if one does not, 2 if the other side cannot be started.
"""

import argparse
import asyncio
import logging
import os
import random
import subprocess
import sys

sys.dont_write_bytecode = True  # a test leaves nothing in the source tree
sys.path.append(os.path.join(os.path.dirname(__file__), "..", "support"))

from count import scaled  # noqa: E402
from pipeline import Deadlock, Semaphore, VirtualLoop, occupy_thread  # noqa: E402

PATIENCE = 120  # seconds that the other side has for all programs
EVENTS = LOCKS = 2


# --- what a program is --------------------------------------------------------------------------------


class Statement:
    def __init__(self, name, *arguments, block=None):
        self.name, self.arguments, self.block = name, arguments, block

    def lines(self, indent):
        yield " " * indent + " ".join(map(str, (self.name, *self.arguments))) + (" {" if self.block is not None else "")
        if self.block is not None:
            for statement in self.block:
                yield from statement.lines(indent + 2)
            yield " " * indent + "}"


class Program:
    def __init__(self, queues, semaphores, threads, tasks, first):
        self.queues, self.semaphores, self.threads = queues, semaphores, threads
        self.tasks, self.first = tasks, first  # first: those that the main task makes

    def text(self, name):
        lines = [f"program {name}", "queues " + " ".join(map(str, self.queues))]
        lines += ["semaphores " + " ".join(map(str, self.semaphores)), f"threads {self.threads}"]
        lines += ["first " + " ".join(map(str, self.first))]
        for number, task in enumerate(self.tasks):
            lines += [*Statement("task", number, block=task).lines(0)]
        return "\n".join([*lines, "run"]) + "\n"


# --- programs at random -------------------------------------------------------------------------------

WEIGHTS = {
    "put": 8, "get": 8, "put_nowait": 2, "get_nowait": 2, "task_done": 5, "join": 2, "sleep": 8, "await": 3, "wait": 1,
    "event": 3, "set": 3, "clear": 1, "semaphore": 6, "lock": 6, "thread": 3, "timeout": 5, "try": 4, "raise": 0.7,
    "cancel": 6, "uncancel": 1, "spawn": 3, "block": 1, "later": 2, "soon": 1,
}  # fmt: skip
LEFT_OUT = set()
if sys.version_info >= (3, 13):
    LEFT_OUT.add("uncancel")  # from here on it also takes back a cancellation that has not been delivered
AT_ONCE = ["put_nowait", "get_nowait", "task_done", "set", "clear", "cancel", "spawn", "block"]


class Generator:
    def __init__(self, rng):
        self.rng = rng
        # Few kinds of statements in one program bring out more of what they do to each other than a few of each.
        names = rng.sample(list(WEIGHTS), rng.randint(3, len(WEIGHTS)))
        self.weights = {name: WEIGHTS[name] for name in names if name not in LEFT_OUT}
        self.tick = rng.choice([0.125, 0.1, 0.1, 1e-9, 1.0])
        self.queues = [rng.choice([0, 1, 1, 2, 3]) for _ in range(rng.randint(1, 2))]
        self.semaphores = [rng.choice([0, 1, 1, 2, 3]) for _ in range(rng.randint(1, 2))]
        self.count = rng.randint(1, 7)

    def program(self):
        rng = self.rng
        tasks = [self.block(0, rng.randint(1, 7)) for _ in range(self.count)]
        first = [number for number in range(self.count) if rng.random() < 0.8] or [0]
        if rng.random() < 0.7:
            # Who waits for ever has nothing more to tell, so that somebody is cancelled at every tick.
            for number in rng.sample(range(self.count), self.count):
                cancel = Statement("cancel", number)
                tasks[first[0]].insert(0, Statement("later", self.tick * rng.randint(1, 6), block=[cancel]))
        return Program(self.queues, self.semaphores, rng.randint(1, 2), tasks, first)

    def block(self, depth, length):
        return [self.statement(self.pick(), depth) for _ in range(length)]

    def pick(self):
        return self.rng.choices(list(self.weights), self.weights.values())[0]

    def ticks(self):
        return self.tick * self.rng.choice([0, 1, 1, 1, 2, 2, 3])

    def statement(self, name, depth):
        rng = self.rng
        if name in ("put", "get", "put_nowait", "get_nowait", "task_done", "join"):
            return Statement(name, rng.randrange(len(self.queues)))
        if name in ("sleep", "block", "thread"):
            return Statement(name, self.ticks())
        if name in ("await", "cancel", "spawn"):
            return Statement(name, rng.randrange(self.count))
        if name == "wait":
            return Statement(name, *rng.sample(range(self.count), rng.randint(1, self.count)))
        if name in ("event", "set", "clear"):
            return Statement(name, rng.randrange(EVENTS))
        if name in ("later", "soon"):
            delay = [self.ticks()] if name == "later" else []
            return Statement(name, *delay, block=[self.statement(rng.choice(AT_ONCE), depth)])
        if name in ("semaphore", "lock", "timeout", "try"):
            block = self.block(depth + 1, rng.randint(0, 3)) if depth < 3 else []
            if name == "semaphore":
                return Statement(name, rng.randrange(len(self.semaphores)), block=block)
            if name == "lock":
                # A task that takes a lock twice waits for itself.
                return Statement(name, rng.randrange(LOCKS), block=block)
            return Statement(name, *([self.ticks()] if name == "timeout" else []), block=block)
        return Statement(name)


def generate(seed, number):
    return Generator(random.Random(f"{seed}/{number}")).program()


# --- a program on asyncio -----------------------------------------------------------------------------


class Boom(Exception):
    pass


class Timeout(asyncio.Timeout):
    """As from CPython 3.11.3 on, where what was cancelled before the block does not count."""

    async def __aenter__(self):
        self.before = asyncio.current_task().cancelling()
        return await super().__aenter__()

    async def __aexit__(self, exc_type, exc_val, exc_tb):
        expired = self.expired()
        await super().__aexit__(exc_type, exc_val, exc_tb)
        if expired and exc_type is asyncio.CancelledError and asyncio.current_task().cancelling() <= self.before:
            raise TimeoutError from exc_val


class Machine:
    def __init__(self, program, loop):
        self.program, self.loop = program, loop
        self.queues = [asyncio.Queue(maxsize) for maxsize in program.queues]
        self.semaphores = [Semaphore(value) for value in program.semaphores]
        self.events = [asyncio.Event() for _ in range(EVENTS)]
        self.locks = [asyncio.Lock() for _ in range(LOCKS)]
        self.threads = Semaphore(program.threads)
        self.tasks = [None] * len(program.tasks)
        self.joining = [None] * len(program.tasks)
        self.values = 0
        self.callbacks = 0
        self.lines = []

    def log(self, who, what):
        self.lines.append(f"{self.loop.now:.17g} {who} {what}\n")

    def log_statement(self, statement, who, result):
        self.log(who, f"{statement.name} {statement.arguments[0] if statement.arguments else ''}: {result}")

    def state(self, task):
        if task is None:
            return "never made"
        if not task.done():
            return "pending"
        if task.cancelled():
            return "cancelled"
        return str(task.exception() or "done")

    async def main(self):
        for number in self.program.first:
            self.make(number)
        await asyncio.wait([self.tasks[number] for number in self.program.first])

    def make(self, number):
        self.tasks[number] = self.loop.create_task(self.run_task(number))

    async def run_task(self, number):
        name = f"T{number}"
        self.log(name, "begins")
        try:
            await self.run_block(self.program.tasks[number], number)
        except asyncio.CancelledError:
            self.log(name, "ends cancelled")
            raise
        except Boom as boom:
            self.log(name, f"ends with {boom}")
            raise
        self.log(name, "ends")

    async def run_block(self, block, me):
        for statement in block:
            await self.run_statement(statement, me)

    async def run_statement(self, statement, me):
        name, result = f"T{me}", ""
        first = statement.arguments[0] if statement.arguments else None
        match statement.name:
            case "put":
                result = self.next_value()
                await self.queues[first].put(result)
            case "get":
                result = await self.queues[first].get()
            case "join":
                await self.queues[first].join()
            case "sleep":
                await asyncio.sleep(first)
            case "await":
                if self.tasks[first] is None or self.waits_in_circle(me, first):
                    result = "not possible"
                else:
                    self.joining[me] = first
                    await self.tasks[first]
            case "wait":
                others = [self.tasks[number] for number in statement.arguments if self.tasks[number]]
                if others:
                    await asyncio.wait(others)
                else:
                    result = "for nobody"
            case "event":
                await self.events[first].wait()
            case "semaphore":
                async with self.semaphores[first]:
                    self.log(name, f"has semaphore {first}")
                    await self.run_block(statement.block, me)
            case "lock":
                async with self.locks[first]:
                    self.log(name, f"has lock {first}")
                    await self.run_block(statement.block, me)
            case "thread":
                await self.threads.acquire()
                self.log(name, "has a thread")
                await occupy_thread(self.loop, self.threads, first)
            case "timeout":
                try:
                    async with Timeout(asyncio.get_running_loop().time() + first):
                        await self.run_block(statement.block, me)
                    result = "kept"
                except TimeoutError:
                    result = "exceeded"
            case "try":
                try:
                    await self.run_block(statement.block, me)
                    result = "no exception"
                except asyncio.CancelledError:
                    result = f"caught cancelled, {asyncio.current_task().cancelling()} times"
                except Boom as boom:
                    result = f"caught {boom}"
            case "raise":
                self.log(name, "raise")
                raise Boom(f"boom of {name}")
            case "uncancel":
                result = asyncio.current_task().uncancel()
            case _:
                self.do_now(statement, name)
                return
        self.log_statement(statement, name, result)

    def do_now(self, statement, who):
        result = "yes"
        first = statement.arguments[0] if statement.arguments else None
        try:
            match statement.name:
                case "put_nowait":
                    result = self.next_value()
                    self.queues[first].put_nowait(result)
                case "get_nowait":
                    result = self.queues[first].get_nowait()
                case "task_done":
                    self.queues[first].task_done()
                case "set":
                    self.events[first].set()
                case "clear":
                    self.events[first].clear()
                case "cancel":
                    if self.tasks[first] is None or not self.tasks[first].cancel():
                        result = "no"
                case "spawn":
                    if self.tasks[first]:
                        result = "no"
                    else:
                        self.make(first)
                case "block":
                    self.loop.now += first
                case "later":
                    self.loop.call_later(first, self.do_now, statement.block[0], self.next_callback())
                case "soon":
                    self.loop.call_soon(self.do_now, statement.block[0], self.next_callback())
        except asyncio.QueueFull:
            result = "full"
        except asyncio.QueueEmpty:
            result = "empty"
        except ValueError:
            result = "too often"
        self.log_statement(statement, who, result)

    def waits_in_circle(self, me, other):
        while other is not None and other != me:
            other = self.joining[other]
        return other == me

    def next_value(self):
        self.values += 1
        return f"value number {self.values:08}"

    def next_callback(self):
        self.callbacks += 1
        return f"callback {self.callbacks - 1}"


def end_quietly(loop):
    """Cancels what still waits until all has ended, so that nothing complains when it is collected."""
    while pending := asyncio.all_tasks(loop):
        for task in pending:
            task.cancel()
        try:
            loop.run_until_complete(asyncio.wait(pending))
        except Deadlock:
            pass
    loop.close()


def run(program):
    loop = VirtualLoop()
    machine = Machine(program, loop)
    try:
        loop.run_until_complete(machine.main())
        machine.log("main", "done")
    except Deadlock:
        machine.log("main", "deadlock")
    for number, task in enumerate(machine.tasks):
        machine.log(f"T{number}", machine.state(task))
    text = "".join(machine.lines)
    end_quietly(loop)
    return text


# --- the comparison -----------------------------------------------------------------------------------


def others_logs(oracle, texts):
    """What the other side does with programs, as a list of logs; the last one is cut off where it did not survive."""
    process = subprocess.run([oracle], input="".join(texts), capture_output=True, text=True, timeout=PATIENCE)
    logs = [log.partition("\n")[2] for log in ("\n" + process.stdout).split("\nprogram ")[1:]]
    logs = [log if log.endswith("\n") or not log else log + "\n" for log in logs]
    if process.returncode != 0:
        logs += [""] * (not logs)
        logs[-1] += f"exit status {process.returncode}\n{process.stderr}"
    return logs


def differs(oracle, program):
    return others_logs(oracle, [program.text("again")]) != [run(program)]


def shorter(block):
    """Every block that lacks one statement, or one that has its own block in place of a statement."""
    for i, statement in enumerate(block):
        yield block[:i] + block[i + 1 :]
        if statement.block is None:
            continue
        if statement.name not in ("later", "soon"):
            yield block[:i] + statement.block + block[i + 1 :]
            for inner in shorter(statement.block):
                yield block[:i] + [Statement(statement.name, *statement.arguments, block=inner)] + block[i + 1 :]


def smaller(program):
    for i, task in enumerate(program.tasks):
        for block in shorter(task):
            tasks = program.tasks[:i] + [block] + program.tasks[i + 1 :]
            yield Program(program.queues, program.semaphores, program.threads, tasks, program.first)
    for i in range(len(program.first) if len(program.first) > 1 else 0):
        first = program.first[:i] + program.first[i + 1 :]
        yield Program(program.queues, program.semaphores, program.threads, program.tasks, first)


def smallest(oracle, program):
    while (less := next((less for less in smaller(program) if differs(oracle, less)), None)) is not None:
        program = less
    return program


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--oracle", required=True, metavar="PATH", help="what runs programs on pcsim's runtime")
    parser.add_argument("--programs", type=int, default=scaled(3000), metavar="N")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32), metavar="S")
    parser.add_argument("--only", type=int, metavar="K", help="only program number K, counted from 1")
    parser.add_argument("--show", action="store_true", help="print the programs")
    return parser.parse_args(argv)


def main(argv):
    options = parse(argv)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # tasks here do end with exceptions that nobody asks for
    print(f"seed {options.seed}", flush=True)
    if LEFT_OUT:
        version = ".".join(map(str, sys.version_info[:3]))
        print(f"left out, since CPython {version} does it in a way of its own: {', '.join(sorted(LEFT_OUT))}")
    numbers = range(1, options.programs + 1) if options.only is None else [options.only]
    programs = [generate(options.seed, number) for number in numbers]
    texts = [program.text(number) for number, program in zip(numbers, programs)]
    if options.show:
        print("".join(texts))
    try:
        ours = others_logs(options.oracle, texts)
    except OSError as error:
        print(f"cannot start {options.oracle}: {error.strerror}", file=sys.stderr)
        return 2
    deadlocks = 0
    for number, program, log in zip(numbers, programs, ours):
        expected = run(program)
        deadlocks += "main deadlock" in expected
        if log == expected:
            continue
        least = smallest(options.oracle, program)
        print(f"\nprogram {number} of seed {options.seed} differs; this is what it takes:\n{least.text(number)}")
        print(f"asyncio:\n{run(least)}\npcsim:\n{''.join(others_logs(options.oracle, [least.text(number)]))}")
        return 1
    if len(ours) != len(programs):
        print(f"{len(programs)} programs, but {len(ours)} logs")
        return 1
    print(f"{len(programs)} programs agree, {deadlocks} of them end in a deadlock")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
