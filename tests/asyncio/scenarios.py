#!/usr/bin/env python3
"""Replays every scenario file in virtual time, and holds its trace and its exit status against asyncio's.

    python3 scenarios.py --pcsim build/pcsim scenarios/*.toml

Exit status: 0 if all agree, 1 if one does not, 2 if there is none or pcsim cannot be started.
"""

import argparse
import subprocess
import sys
import tomllib

sys.dont_write_bytecode = True  # a test leaves nothing in the source tree

import differential  # noqa: E402
import pipeline  # noqa: E402

NOT_THE_PIPELINES = {"clock", "speed", "summary", "slow-callback", "warmup"}  # what changes nothing in virtual time's trace


def flags_of(path):
    with open(path, "rb") as file:
        settings = tomllib.load(file)
    flags = []
    for name, value in settings.items():
        if name in NOT_THE_PIPELINES or value is False:
            continue
        flags.append(f"--{name}")
        if isinstance(value, list):
            flags.append(",".join(map(str, value)))
        elif value is not True:
            flags.append(str(value))
    return flags


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pcsim", required=True, metavar="PATH", help="the program to test")
    parser.add_argument("files", nargs="+", metavar="FILE")
    options = parser.parse_args(argv)
    wrong = 0
    for path in options.files:
        try:
            command = [options.pcsim, "replay", path, "--clock", "virtual", "--summary", "none"]
            found = differential.differences(pipeline.run(flags_of(path)), command)
        except OSError as error:
            print(error, file=sys.stderr)
            return 2
        if found:
            wrong += 1
            print(path, *found, sep="\n  ", flush=True)
    print(f"{len(options.files) - wrong} of {len(options.files)} scenarios agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
