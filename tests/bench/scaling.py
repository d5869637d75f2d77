# SPDX-License-Identifier: Apache-2.0
"""Measures sizes by threads, and where the time goes: the tables between two marks of README.md."""

import json
import os
import re
import statistics
import sys

import bench
import measure
import options
import works

README = os.path.join(works.HERE, "README.md")
SIZES = [256, 512, 1024, 2048, 4096, 8192]  # MiB of data
SIZES_QUICK = [32, 64]
LEVELS = ["6", "fast"]
OFTEN = 1024  # what has no more MiB is measured three times
BEGIN, END = "<!-- scaling: begin -->\n", "<!-- scaling: end -->\n"


def thread_counts():
    """One, the powers of two, and all."""
    cores = len(os.sched_getaffinity(0))
    return sorted({2 ** i for i in range(cores.bit_length()) if 2 ** i <= cores} | {cores})


def pinned(threads):
    """What has no option for it takes the processors that it may use."""
    return ["taskset", "-c", ",".join(map(str, sorted(os.sched_getaffinity(0))[:threads]))]


def markdown(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


class Scaling:
    def __init__(self, chosen):
        self.chosen, self.threads = chosen, thread_counts()
        self.sizes = SIZES_QUICK if chosen.quick else SIZES
        self.cells = {}  # (work, MiB, threads) -> text

    def path(self, name):
        return os.path.join(self.chosen.work, name)

    def bundle(self, image, out, level, threads):
        keys = self.chosen.keys
        return [self.chosen.forge, "bundle", "-q", image, "-c", f"{keys}/user-cert.pem",
                "-k", f"{keys}/user-key.pem", "--ec2cert", f"{keys}/ec2-cert.pem",
                "-u", "123456789012", "-r", "x86_64", "--level", level,
                "--threads", str(threads), "--stats=json", "-d", out]

    def measure(self, work, mib, threads, command, inputs, output=None):
        times = 3 if mib <= OFTEN else 1
        runs = [measure.run(command, self.path("log"), inputs, output) for _ in range(times)]
        speed = mib * works.MIB / 1e6 / statistics.median(run.seconds for run in runs)
        peak = max(run.kib for run in runs) / 1024
        self.cells[work, mib, threads] = f"{speed:.0f} MB/s, {peak:.0f} MiB"
        print(f"  {mib:5} MiB, threads {threads}, {work:18} {speed:7.0f} MB/s {peak:5.0f} MiB",
              flush=True)

    def measure_size(self, mib):
        # A quarter more, in holes: with 8 GiB of data as large as an image may be.
        image, back = self.path("disk"), self.path("back")
        works.make_image(self.chosen.disk, image, mib, mib * 5 // 4)
        for threads in self.threads:
            for level in reversed(LEVELS):
                out = self.path("bundle")
                self.measure(f"bundle --level {level}", mib, threads,
                             self.bundle(image, out, level, threads), [image], out)
            manifest = f"{out}/disk.manifest.xml"
            self.measure("unbundle", mib, threads, [
                *pinned(threads), self.chosen.forge, "unbundle", "-q", manifest, "-k",
                f"{self.chosen.keys}/user-key.pem", "-o", back], [out], back)
            measure.remove(back)
            self.measure("verify", mib, threads,
                         [*pinned(threads), self.chosen.forge, "verify", "-q", manifest], [out])
            measure.remove(out)
        measure.remove(image)

    def size_tables(self):
        for work in [f"bundle --level {level}" for level in LEVELS] + ["unbundle", "verify"]:
            head = ["data"] + [f"{count} thread{'s' * (count > 1)}" for count in self.threads]
            yield f"`forge {work}`\n\n" + markdown(head, [
                [f"{mib / 1024:g} GiB"] + [self.cells[work, mib, count] for count in self.threads]
                for mib in self.sizes])

    def stages(self, level):
        """The statistics of a level, with all processors, on the Debian disk."""
        image, out = self.path("disk"), self.path("bundle")
        os.symlink(self.chosen.disk, image)
        done = measure.run(self.bundle(image, out, level, self.threads[-1]), self.path("log"),
                           [image], out)
        measure.remove(out)
        measure.remove(image)
        line = next(line for line in done.said.splitlines() if line.startswith('{"stats"'))
        return done.seconds, json.loads(line)["stats"]

    def stage_tables(self):
        taken = {level: self.stages(level) for level in LEVELS}
        walls = ", ".join(f"{seconds:.2f} s at level {level}"
                          for level, (seconds, _) in taken.items())
        first = taken[LEVELS[0]][1]
        rows = [[name, stage["thread"]] for name, stage in first["stages"].items()]
        head = ["stage", "thread"]
        for level, (_, stats) in taken.items():
            head += [f"{level}: MB", "CPU s", "MB/s", "share"]
            total = sum(stage["cpu_seconds"] for stage in stats["stages"].values())
            for row in rows:
                stage = stats["stages"][row[0]]
                size, cpu = stage["bytes"] / 1e6, stage["cpu_seconds"]
                row += [f"{size:.0f}", f"{cpu:.3f}", f"{size / cpu:.0f}",
                        f"{100 * cpu / total:.1f} %"]
        yield (f"The Debian disk, {self.threads[-1]} threads; wall time {walls}.\n\n"
               + markdown(head, rows))
        yield "Waits for another thread; of packers and scanners the sum over all\n\n" + markdown(
            ["thread"] + [f"{level}: s" for level in LEVELS],
            [[name] + [f"{stats['wait_seconds'][name]:.2f}" for _, stats in taken.values()]
             for name in first["wait_seconds"]])


def main():
    chosen = options.parser("--scaling").parse_args()
    scaling = Scaling(chosen)
    for mib in scaling.sizes:
        scaling.measure_size(mib)
    tables = "\n".join([
        f"{bench.processor_name()}, {scaling.threads[-1]} cores.\n", *scaling.size_tables(),
        "### Where the time goes\n", *scaling.stage_tables()])
    if chosen.quick:
        print(f"\n{tables}")
        return
    with open(README, encoding="utf-8") as file:
        text = file.read()
    between = re.compile(f"{BEGIN}.*{END}", re.DOTALL)
    bench.write(README, between.sub(lambda _: f"{BEGIN}\n{tables}\n{END}", text))
    print("\ntests/bench/README.md has the tables")


if __name__ == "__main__":
    sys.exit(main())
