# SPDX-License-Identifier: Apache-2.0
"""Measures everything in turns, round by round, and tells the result."""

import json
import os
import platform
import sys

import chart
import figures
import measure
import options
import works

PROCESSORS = 2  # the goals are for two
BUSY = 1.5  # making the inputs is a load of about one
BASELINE = "tests/bench/baseline.json"


def read_options():
    parser = options.parser()
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--update-baseline", action="store_true")
    return parser.parse_args()


def processor_name():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def result_json(bench, rows, rounds, load):
    return {
        "mode": bench.mode, "rounds": rounds, "processors": bench.processors,
        "processor": processor_name(), "load": load,
        "figures": [row._asdict() | {"ours": row.ours._asdict(), "theirs": row.theirs._asdict(),
                                     "reached": figures.reached(row)} for row in rows],
        "runs": {name: [{"seconds": run.seconds, "kib": run.kib} for run in runs]
                 for name, runs in bench.runs.items()},
        "bytes": bench.sizes,
        "stages_alone": bench.limits,
    }


def read_json(path):
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def write_json(path, value):
    write(path, json.dumps(value, indent=1) + "\n")


def main():
    chosen = read_options()
    mode = "quick" if chosen.quick else "full"
    rounds = chosen.rounds or (1 if chosen.quick else 3)
    processors = measure.use_processors(PROCESSORS)
    bench = works.Bench(chosen.forge, chosen.stages, chosen.disk, chosen.keys, chosen.work, mode)
    bench.processors = processors
    load = os.getloadavg()[0]
    for i in range(rounds):
        print(f"round {i + 1} of {rounds}", flush=True)
        bench.round()
    rows = list(figures.all_figures(bench))
    what = f"medians of {rounds}" if rounds > 1 else "one run"
    print(f"\n{mode}, {what}, {processors} cores of {processor_name()}; goals are for "
          f"{PROCESSORS} cores\n")
    figures.print_table(rows)
    if load > BUSY:
        print(f"\nthe machine was busy with other work when this began (load {load:.1f}): "
              "do not trust the times")

    os.makedirs(chosen.out, exist_ok=True)
    write_json(f"{chosen.out}/result.json", result_json(bench, rows, rounds, load))
    subject = "A part of a Debian disk" if chosen.quick else "A Debian disk"
    write(f"{chosen.out}/result.svg", chart.draw(
        rows, figures.reached, "forge against the public bundle tools",
        f"{subject}, {processors} cores, {what}. Shorter is better. Grey: public tools; "
        "blue: forge; red: forge, goal not reached"))
    print(f"\n{chosen.out}/result.json, {chosen.out}/result.svg\n")

    baseline = read_json(BASELINE)
    if mode in baseline:
        print(f"since the last release ({BASELINE}):")
        figures.compare(rows, baseline[mode])
    else:
        print(f"{BASELINE} has no {mode} run of the last release to compare with")
    if chosen.update_baseline:
        baseline[mode] = {row.key: round(row.ratio, 4) for row in rows}
        write_json(BASELINE, baseline)


if __name__ == "__main__":
    sys.exit(main())
