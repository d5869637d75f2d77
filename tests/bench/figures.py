# SPDX-License-Identifier: Apache-2.0
"""The figures that are to be reached, worked out from what was measured."""

import operator
from collections import namedtuple

import measure
import works

MEMORY_MIB = 48
SCAN_FREE = 1.1  # what 64 GiB may cost, against 4 GiB with the same data
LIMIT = 1.15
SENSES = {">=": operator.ge, "<=": operator.le, "<": operator.lt}

# A row of the table. OURS and THEIRS are summaries in UNIT; SENSE is how RATIO has to stand to
# GOAL, which is None where the figure is for information.
Figure = namedtuple("Figure", "key work against unit ours theirs ratio sense goal")


def reached(figure):
    if figure.goal is None:
        return None
    return SENSES[figure.sense](figure.ratio, figure.goal)


def seconds(bench, name):
    return measure.summary([run.seconds for run in bench.runs[name]])


def faster(bench, key, work, against, ours, theirs, goal):
    """How many times as long THEIRS takes."""
    mine, other = seconds(bench, ours), seconds(bench, theirs)
    return Figure(key, work, against, "s", mine, other, other.median / mine.median, ">=", goal)


def smaller(bench, key, work, against, ours, theirs, goal, sense="<="):
    """OURS as a part of THEIRS, in bytes of all parts."""
    mine, other = ([bench.sizes[name] / 1e6] for name in (ours, theirs))
    return Figure(key, work, against, "MB", measure.summary(mine), measure.summary(other),
                  mine[0] / other[0], sense, goal)


def stage_sums(bench, level):
    sums = [sum(stage["cpu_seconds"] for stage in stages.values())
            for stages in bench.limits[level]]
    return measure.summary([total / bench.processors for total in sums])


def limit(bench, level):
    """The wall time of a level as a multiple of its stages alone, spread over all cores."""
    mine = seconds(bench, "bundle" if level == "6" else f"bundle {level}")
    other = stage_sums(bench, level)
    return Figure(f"limit {level}", f"bundle --level {level}", "its stages alone", "s", mine, other,
                  mine.median / other.median, "<=", LIMIT)


def memory(bench, key, work, names):
    """The peak over all runs as a part of what is allowed."""
    mine = measure.summary([run.kib / 1024 for name in names for run in bench.runs[name]])
    allowed = measure.Summary(*[MEMORY_MIB] * 3)
    return Figure(key, work, "the bound", "MiB", mine, allowed, mine.high / MEMORY_MIB, "<=", 1)


def all_figures(bench):
    _, small, large = works.VIRTUAL[bench.mode]
    ours = ["bundle"] + [f"bundle {level}" for level in works.LEVELS[bench.mode]]
    aws, euca = "AWS: gzip -9", "euca2ools: pigz"
    unbundle = "AWS: openssl, gunzip, tar"
    yield faster(bench, "bundle/aws", "bundle", aws, "bundle", "aws", 18)
    yield smaller(bench, "bundle/aws size", "bundle, output", aws, "bundle", "aws", 1)
    yield faster(bench, "bundle/euca", "bundle", euca, "bundle", "euca", 8)
    yield smaller(bench, "bundle/euca size", "bundle, output", euca, "bundle", "euca", 1)
    yield faster(bench, "fast/aws", "bundle --level fast", aws, "bundle fast", "aws", 55)
    yield smaller(bench, "fast/aws size", "fast, output", aws, "bundle fast", "aws", 1.12)
    yield faster(bench, "12/aws", "bundle --level 12", aws, "bundle 12", "aws", None)
    yield smaller(bench, "12/aws size", "12, output", aws, "bundle 12", "aws", 0.965)
    yield smaller(bench, "12/euca size", "12, output", euca, "bundle 12", "euca", 1, "<")
    for level in works.LIMITS[bench.mode]:
        yield limit(bench, level)
    yield faster(bench, "unbundle ours", "unbundle, our bundle", unbundle, "unbundle, our bundle",
                 "public unbundle, our bundle", 5)
    yield faster(bench, "unbundle aws", "unbundle, AWS bundle", unbundle, "unbundle, AWS bundle",
                 "public unbundle, AWS bundle", 2)
    yield faster(bench, "verify", "verify, no key", "sha1sum, one core", "verify", "sha1sum", 1.8)
    yield memory(bench, "memory bundle", "bundle, memory", ours + [f"virtual-{large}"])
    yield memory(bench, "memory unbundle", "unbundle, memory",
                 ["unbundle, our bundle", "unbundle, AWS bundle"])
    yield memory(bench, "memory verify", "verify, memory", ["verify"])
    mine, other = (seconds(bench, f"virtual-{virtual}") for virtual in (large, small))
    yield Figure("virtual size", f"bundle {large >> 10} GiB virtual",
                 f"bundle {small >> 10} GiB, same data", "s", mine, other,
                 mine.median / other.median, "<=", SCAN_FREE)


# -- the table, the baseline --


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}" if value >= 1 else f"{value:.2f}"


def spread(values):
    if values.low == values.high:
        return number(values.median)
    return f"{number(values.median)} ({number(values.low)}-{number(values.high)})"


def ratio_text(figure):
    return f"{figure.ratio:.2f} x" if figure.sense == ">=" else f"{figure.ratio:.3f}"


def print_table(figures):
    rows = [("work", "against", "", "ours", "theirs", "ratio", "goal", "")]
    for figure in figures:
        verdict = reached(figure)
        rows.append((figure.work, figure.against, figure.unit, spread(figure.ours),
                     spread(figure.theirs), ratio_text(figure),
                     f"{figure.sense} {figure.goal:g}" if figure.goal is not None else "",
                     "" if verdict is None else "reached" if verdict else "NOT REACHED"))
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def compare(figures, baseline):
    """Print by how much each ratio has changed since BASELINE, a mapping by key."""
    worse = []
    for figure in figures:
        before = baseline.get(figure.key)
        if before is None:
            continue
        change = figure.ratio / before - 1
        print(f"  {figure.key:20} {before:9.3f} -> {figure.ratio:9.3f}  {100 * change:+6.1f} %")
        if (change < -0.1) if figure.sense == ">=" else (change > 0.1):
            worse.append(figure.key)
    print("worse by more than 10 %: " + (", ".join(worse) or "none"))
