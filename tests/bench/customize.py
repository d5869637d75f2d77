# SPDX-License-Identifier: Apache-2.0
"""Measures one forge customize beside virt-sysprep, virt-customize and virt-sparsify in turn."""

import os
import subprocess
import sys

import measure
import options

GOAL = 0.45


def operations(path):
    """The five, in words that both tools know."""
    with open(path("motd"), "w", encoding="ascii") as file:
        file.write("made by the bench\n")
    return ["--hostname", "web1", "--timezone", "Etc/UTC", "--upload", path("motd") + ":/etc/motd",
            "--append-line", "/etc/hosts:192.0.2.1 db1", "--run-command", "ldconfig"]


def works(chosen, path):
    """(name, command) in the order of their turns; the first three change the file "theirs"."""
    theirs = ["--format", "raw", "-a", path("theirs")]
    yield "virt-sysprep", ["virt-sysprep", *theirs]
    yield "virt-customize", ["virt-customize", *theirs, *operations(path)]
    yield "virt-sparsify", ["virt-sparsify", "--in-place", "--format", "raw", path("theirs")]
    yield "forge customize", [chosen.forge, "customize", chosen.disk, "-o", path("ours"),
                              *operations(path), "--sysprep", "defaults", "--mask-free"]


def main():
    chosen = options.rounds(options.parser("--customize")).parse_args()
    measure.use_processors(2)
    os.environ.update(measure.EMULATION)

    def path(name):
        return os.path.join(chosen.work, name)

    seconds = {"chain": []}
    for _ in range(1 if chosen.quick else chosen.rounds):
        # They change the image that they are given: a copy, which is not in their time.
        subprocess.run(["cp", "--sparse=always", chosen.disk, path("theirs")], check=True)
        for name, command in works(chosen, path):
            run = measure.run(command, path("log"), [chosen.disk])
            seconds.setdefault(name, []).append(run.seconds)
            print(f"{name:16} {run.seconds:8.2f} s", flush=True)
        seconds["chain"].append(sum(seconds[name][-1] for name in seconds
                                    if name.startswith("virt-")))
        measure.remove(path("ours"))
    measure.print_seconds(seconds)
    ratio = (measure.summary(seconds["forge customize"]).median
             / measure.summary(seconds["chain"]).median)
    print(f"\nforge customize takes {ratio:.3f} of the chain (goal: at most {GOAL})")


if __name__ == "__main__":
    sys.exit(main())
