"""Runs the pipeline on asyncio, and prints the seconds of CPU time that it took, without CPython's start, and when it ended."""

import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "asyncio"))

import pipeline

begin = time.process_time()
result = pipeline.run(sys.argv[1:])
print(time.process_time() - begin, result.ended_at)
