import os


def scaled(full):
    """How many cases a random test generates that has `full` in the optimized build: as test_count() of the tests in C++."""
    return max(1, int(full * float(os.environ.get("PCSIM_TEST_SHARE", 1))))
