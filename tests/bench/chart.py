# SPDX-License-Identifier: Apache-2.0
"""The result as an SVG chart: panels of bars, ours below theirs, the ratio at each of ours."""

import math
from html import escape

WIDTH, LEFT, RIGHT = 1000, 250, 290
BAR, GAP, HEAD, FOOT = 20, 8, 44, 34
COLOURS = {"theirs": "#9aa5b1", "ours": "#1f6fb2", "bad": "#c0392b"}


def step(limit):
    """A round distance between grid lines, about five of them up to LIMIT."""
    power = 10 ** math.floor(math.log10(limit / 5))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power * 6 >= limit)


def number(value):
    return f"{value:.0f}" if value >= 20 else f"{value:.3g}" if value >= 1 else f"{value:.2f}"


class Chart:
    def __init__(self, title, subtitle):
        self.y = 70
        self.out = [self.text(24, 32, title, 20, weight="bold"),
                    self.text(24, 54, subtitle, 13, fill="#52606d")]

    @staticmethod
    def text(x, y, text, size, anchor="start", fill="#1f2933", weight="normal"):
        return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
                f'fill="{fill}" font-weight="{weight}">{escape(text)}</text>')

    def line(self, x, top, bottom, style):
        self.out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}" {style}/>')

    def bar(self, y, width, label, kind):
        self.out.append(self.text(LEFT - 10, y + 15, label, 13, "end"))
        self.out.append(f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" '
                        f'fill="{COLOURS[kind]}"/>')

    def value(self, y, width, value, kind, note):
        # With an edge in white, as lines may run through it.
        self.out.append(f'<text x="{LEFT + width + 6:.1f}" y="{y + 15}" font-size="13" '
                        'fill="#1f2933" stroke="white" stroke-width="4" paint-order="stroke">'
                        f'{number(value)} <tspan font-weight="bold" fill="{COLOURS[kind]}">'
                        f'{escape(note)}</tspan></text>')

    def panel(self, title, unit, bars, mark=None):
        """BARS are (label, value, kind, note); MARK is a (value, label) with a line of its own."""
        room = WIDTH - LEFT - RIGHT
        top, bottom = self.y + HEAD, self.y + HEAD + len(bars) * (BAR + GAP)
        most = 1.02 * max([value for _, value, _, _ in bars] + [mark[0] if mark else 0])
        distance = step(most)
        scale = room / (math.ceil(most / distance) * distance)
        self.out.append(self.text(24, self.y + 24, title, 15, weight="bold"))
        for i in range(math.ceil(most / distance) + 1):
            x = LEFT + scale * i * distance
            self.line(x, top - 4, bottom, 'stroke="#e4e7eb"')
            self.out.append(self.text(x, bottom + 14, f"{i * distance:g}", 11, "middle", "#52606d"))
        self.out.append(self.text(LEFT + room + 24, bottom + 14, unit, 11, "start", "#52606d"))
        places = [(top + i * (BAR + GAP), max(1, scale * bar[1])) for i, bar in enumerate(bars)]
        for (y, width), (label, _, kind, _) in zip(places, bars):
            self.bar(y, width, label, kind)
        if mark:
            x = LEFT + scale * mark[0]
            self.line(x, top - 6, bottom, 'stroke="#1f2933" stroke-dasharray="5 3"')
            self.out.append(self.text(x, top - 9, mark[1], 11, "middle"))
        for (y, width), (_, value, kind, note) in zip(places, bars):
            self.value(y, width, value, kind, note)
        self.y = bottom + FOOT

    def svg(self):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.y}" '
                f'width="{WIDTH}" height="{self.y}" '
                'font-family="DejaVu Sans, Helvetica, sans-serif">\n'
                '<rect width="100%" height="100%" fill="white"/>\n'
                + "\n".join(self.out) + "\n</svg>\n")


def draw(figures, reached, title, subtitle):
    """The chart of FIGURES; REACHED says of one whether its goal is reached."""
    by_key = {figure.key: figure for figure in figures}
    chart = Chart(title, subtitle)

    def kind(*of):
        return "bad" if any(reached(figure) is False for figure in of) else "ours"

    def pair(key, note):
        figure = by_key[key]
        yield figure.against, figure.theirs.median, "theirs", ""
        yield f"forge {figure.work}", figure.ours.median, kind(figure), note(figure.ratio)

    def faster(ratio):
        return f"{ratio:.3g} x faster"

    bundles = [(by_key[key].against, by_key[key].theirs.median, "theirs", "")
               for key in ("bundle/aws", "bundle/euca")]
    for level, key in (("12", "12/aws"), ("6", "bundle/aws"), ("fast", "fast/aws")):
        time, size = by_key[key], by_key[key + " size"]
        bundles.append((f"forge bundle --level {level}", time.ours.median, kind(time, size),
                        f"{faster(time.ratio)}, {size.ratio:.3f} of the size"))
    chart.panel("Bundling; ratios to the AWS pipeline", "s", bundles)
    chart.panel("Unbundling", "s", [*pair("unbundle ours", faster), *pair("unbundle aws", faster)])
    chart.panel("Verifying", "s", [*pair("verify", faster)])
    limits = [figure for figure in figures if figure.key.startswith("limit ")]
    chart.panel("Wall time of a level as a multiple of its stages alone, over all cores", "x",
                [(figure.work, figure.ratio, kind(figure), "") for figure in limits],
                (limits[0].goal, f"goal {limits[0].goal}"))
    chart.panel("The same data in disks of two sizes", "s",
                [*pair("virtual size", lambda ratio: f"{ratio:.2f} x")])
    memory = [figure for figure in figures if figure.key.startswith("memory ")]
    bound = memory[0].theirs.high
    chart.panel("Peak memory", "MiB",
                [(f"forge {figure.work.partition(',')[0]}", figure.ours.high, kind(figure), "")
                 for figure in memory],
                (bound, f"bound {bound:g}"))
    return chart.svg()
