# SPDX-License-Identifier: Apache-2.0
"""Measures trees: out of a disk, and into a fresh ext4, by forge and by the public tools in turn."""

import os
import subprocess
import sys

import measure
import options

OFFSET = 1 << 20  # of the Debian disk's file system


def works(chosen, path):
    """(name, command, output) in the order of their turns."""
    trees = os.path.join(os.path.dirname(chosen.stages), "bench_trees")
    convert = [chosen.forge, "convert", "-q", "--layout", "rootfs"]
    direct = [trees, chosen.disk, str(OFFSET)]
    yield "tree read directly", direct, None
    if not chosen.quick:
        yield ("guestfish tar-out", ["guestfish", "--ro", "--format=raw", "-a", chosen.disk, "-m",
                                     "/dev/sda1", "tar-out", "/", path("out.tar")], path("out.tar"))
        yield ("guestfish, no work", ["guestfish", "--ro", "--format=raw", "-a", chosen.disk, "-m",
                                      "/dev/sda1", "ls", "/"], None)
    for _ in range(2):  # these are short
        yield "ext4 from the disk", [*direct, path("a.img")], path("a.img")
        yield "ext4 from a directory", [*convert, path("tree"), "-o", path("b.img")], path("b.img")
        yield ("mke2fs -d", ["mke2fs", "-q", "-F", "-t", "ext4", "-d", path("tree"),
                             path("c.img"), "1G"], path("c.img"))
        yield "ext4 from a tar", [*convert, path("tree.tar"), "-o", path("d.img")], path("d.img")
    if not chosen.quick:
        yield ("virt-make-fs", ["virt-make-fs", "--format=raw", "--type=ext4", "--size=+256M",
                                path("tree"), path("e.img")], path("e.img"))


def unpack(chosen, path):
    """The disk's files as a folder and as a tar, by e2fsprogs and tar."""
    os.mkdir(path("tree"))
    subprocess.run(["debugfs", "-R", f"rdump / {path('tree')}", f"{chosen.disk}?offset={OFFSET}"],
                   check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["tar", "-C", path("tree"), "-cf", path("tree.tar"), "."], check=True)


def main():
    chosen = options.rounds(options.parser("--trees")).parse_args()
    measure.use_processors(2)
    os.environ.update(measure.EMULATION)

    def path(name):
        return os.path.join(chosen.work, name)

    unpack(chosen, path)
    seconds = {}
    for _ in range(1 if chosen.quick else chosen.rounds):
        for name, command, output in works(chosen, path):
            run = measure.run(command, path("log"), [chosen.disk], output)
            seconds.setdefault(name, []).append(run.seconds)
            measure.remove(output)
            print(f"{name:24} {run.seconds:8.2f} s", flush=True)
    measure.print_seconds(seconds)


if __name__ == "__main__":
    sys.exit(main())
