# SPDX-License-Identifier: Apache-2.0
"""What tests/bench/run hands to each of its programs."""

import argparse


def parser(mode=""):
    """For the program of run's option MODE, which may add more."""
    result = argparse.ArgumentParser(prog=f"tests/bench/run {mode}".rstrip())
    for name in "forge", "stages", "disk", "keys", "work", "out":
        result.add_argument(f"--{name}", required=True)
    result.add_argument("--quick", action="store_true")
    return result


def rounds(result):
    """Add how often each command is timed."""
    result.add_argument("--rounds", type=int, default=3)
    return result
