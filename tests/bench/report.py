"""The table: Markdown, one line for each thing that was measured, and its place in docs/benchmarks.md.

A cell of a proxy is `median (min–max)` over the rounds. A ratio is wayside's median by the other's, and in brackets
the smallest and largest ratio within one round.
"""

import re
from dataclasses import dataclass
from statistics import median

PROXIES = ("raw relay", "raw splice", "nginx", "HAProxy", "Caddy", "nginx Lua", "wayside")
COMPARED = ("raw relay", "nginx", "HAProxy", "nginx Lua")
COLUMNS = ("work", "unit", *PROXIES, *(f"÷ {name}" for name in COMPARED), "beside", "goal")

BEGIN = "<!-- written by ./dev bench --write-docs: begin -->"
END = "<!-- written by ./dev bench --write-docs: end -->"


@dataclass(frozen=True)
class Measured:
    """A Line of an experiment and what came out: {subject: [a value for each round]}."""

    line: object
    values: dict


def number(value):
    """Three digits that matter."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _spread(middle, values, form):
    if len(values) == 1:
        return form(middle)
    return f"{form(middle)} ({form(min(values))}–{form(max(values))})"


def cell(values):
    return _spread(median(values), values, number) if values else ""


def ratio(values, others):
    """Of two subjects of one experiment."""
    rounds = [value / other for value, other in zip(values, others, strict=True) if other]
    if not rounds:
        return ""
    return _spread(median(values) / median(others), rounds, lambda value: f"{value:.2f}")


def judge(goal, values):
    """What a goal asks for, what came out and whether that reaches it, and "" where nobody it names took part."""
    own = median(values["wayside"])
    rivals = {name: median(values[name]) for name in goal.rivals if values.get(name)}
    if not goal.rivals:
        return f"≤ {goal.factor:g}: {_verdict(own, goal.factor, number)}"
    if not rivals:
        return ""
    best = min(rivals, key=rivals.get)
    limit = f"{goal.factor:.2f}" if goal.factor == round(goal.factor, 2) else f"{goal.factor:g}"
    return f"≤ {limit} × {best}: {_verdict(own / rivals[best], goal.factor, '{:.2f}'.format)}"


def _verdict(value, limit, form):
    """The value and the verdict on it, which is that on the number before it is rounded.

    Where the rounded one would suggest the other verdict, it gets as many digits as it takes.
    """
    is_reached = value <= limit
    text = form(value)
    digits = len(text.partition(".")[2])
    while (float(text.replace(",", "")) <= limit) != is_reached:
        digits += 1
        text = f"{value:.{digits}f}"
    return f"{text}, {'reached' if is_reached else '**missed**'}"


def _row(measured):
    line, values = measured.line, measured.values
    own = values.get("wayside")
    if not own:
        return [line.title, line.unit, *[""] * len(PROXIES), *[""] * len(COMPARED), "", "not measured: no time left"]
    compared = [ratio(own, values[name]) if name in values else "" for name in COMPARED]
    beside = [_beside(name, own, others) for name, others in values.items() if name not in PROXIES and others]
    goals = [verdict for goal in line.goals if (verdict := judge(goal, values))]
    return [
        line.title, line.unit, *(cell(values.get(name)) for name in PROXIES), *compared, "; ".join(beside),
        "; ".join(goals),
    ]  # fmt: skip


def _beside(name, own, others):
    # A ratio to a backend without a proxy says nothing.
    compared = "" if name == "direct" else ratio(own, others)
    return f"{name}: {cell(others)}" + (f", ratio {compared}" if compared else "")


def table(results):
    """Markdown of everything that was measured, in order."""
    rows = [COLUMNS, ["---"] * len(COLUMNS), *(_row(measured) for measured in results)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in rows)


def replace_between_markers(text, table_text):
    """The text with what stands between the two markers replaced."""
    pattern = re.compile(re.escape(BEGIN) + ".*" + re.escape(END), re.DOTALL)
    replaced, count = pattern.subn(lambda _: f"{BEGIN}\n\n{table_text}\n\n{END}", text)
    if count != 1:
        raise ValueError(f"expected one part between {BEGIN} and {END}, found {count}")
    return replaced
