# SPDX-License-Identifier: Apache-2.0
"""Runs a command and says what it took: wall time by the monotonic clock, memory by the kernel."""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections import namedtuple

# Of all processes of the command, KIB is what the largest one had in memory at its peak; SAID is
# what they printed.
Run = namedtuple("Run", "seconds kib said")

# libguestfs's own programs without KVM, as forge's figures are about emulation, too.
EMULATION = {"LIBGUESTFS_BACKEND": "direct", "LIBGUESTFS_BACKEND_SETTINGS": "force_tcg"}

# Median and range of several runs.
Summary = namedtuple("Summary", "median low high")


def summary(values):
    return Summary(statistics.median(values), min(values), max(values))


def print_seconds(seconds):
    """A table of the SECONDS that each work took in its runs."""
    print()
    for name, values in seconds.items():
        middle = summary(values)
        print(f"| {name} | {middle.median:.2f} s | {middle.low:.2f} to {middle.high:.2f} |")


def use_processors(count):
    """Keep this process and all it starts on COUNT of the processors that it may use."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])
    return len(os.sched_getaffinity(0))


def warm(path):
    """Read a file, or those in a folder, so that nobody has to wait for the disk."""
    paths = [entry.path for entry in os.scandir(path)] if os.path.isdir(path) else [path]
    for name in filter(os.path.isfile, paths):
        with open(name, "rb", buffering=0) as file:
            # Holes cost time and warm nothing.
            size, at = os.fstat(file.fileno()).st_size, 0
            while at < size:
                try:
                    at = os.lseek(file.fileno(), at, os.SEEK_DATA)
                except OSError:
                    break
                end = os.lseek(file.fileno(), at, os.SEEK_HOLE)
                while at < end:
                    at += len(os.pread(file.fileno(), min(8 << 20, end - at), at))


def remove(path):
    if path and os.path.isdir(path):
        shutil.rmtree(path)
    elif path and os.path.lexists(path):
        os.unlink(path)


def run(command, log, inputs=(), output=None):
    """Run COMMAND, which makes OUTPUT anew from INPUTS; what it says goes to the file LOG."""
    remove(output)
    for path in inputs:
        warm(path)
    os.sync()  # what earlier commands wrote is not written back at this one's expense
    # Linux hands a peak on from the program that starts another: the starter has to be a small one.
    peak = f"{log}.peak"
    with open(log, "wb") as said:
        begun = time.monotonic()
        status = subprocess.call(["/usr/bin/time", "-q", "-f", "%M", "-o", peak, *command],
                                 stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        seconds = time.monotonic() - begun
    with open(log, encoding="utf-8", errors="replace") as said:
        text = said.read()
    if status:
        sys.stderr.write(text[-2000:])
        sys.exit(f"tests/bench: exit status {status}: {' '.join(map(str, command))}")
    with open(peak, encoding="ascii") as file:
        return Run(seconds, int(file.read()), text)
