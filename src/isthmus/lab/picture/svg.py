"""Writing the picture: self-contained SVG without scripts, the same bytes for the same plan."""

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

from isthmus.lab.picture.weave import Knot, Weave, weave
from isthmus.lab.plan.shape import LabPlan, NodePlan

_COLUMN = 34
_ROW = 26
_LEFT = 250
_HEAD = 250
_MARGIN = 24
_SLANT = 60
_LEGEND = 34
_HUES = 6
_SHORT = 12
"""Characters of an address beside its dot."""

_STYLE = """
:root { color-scheme: light dark; }
svg { color: #1c2128; font-family: system-ui, "Segoe UI", "DejaVu Sans", Verdana, sans-serif; }
text { fill: currentColor; font-size: 11px; }
.title { font-size: 18px; font-weight: 600; }
.quiet { fill: #57606a; font-size: 10px; }
.held { fill: #57606a; font-size: 8px; }
.node { stroke: #8c959f; stroke-width: 1.5; }
.segment { stroke-width: 3; }
.dot { stroke: #ffffff; stroke-width: 1.5; }
.device { font-weight: 600; } .outside { font-style: italic; } .client, .host { fill: #57606a; }
.hue0 { stroke: #0969da; fill: #0969da; } .hue1 { stroke: #bc6c00; fill: #bc6c00; }
.hue2 { stroke: #0f7b6c; fill: #0f7b6c; } .hue3 { stroke: #8250df; fill: #8250df; }
.hue4 { stroke: #a83275; fill: #a83275; } .hue5 { stroke: #5b6b00; fill: #5b6b00; }
.none { stroke: #6e7781; fill: #6e7781; }
text.hue0, text.hue1, text.hue2, text.hue3, text.hue4, text.hue5, text.none { stroke: none; }
@media (prefers-color-scheme: dark) {
  svg { color: #e6edf3; }
  .quiet, .held, .client, .host { fill: #9da7b1; } .node { stroke: #6e7681; } .dot { stroke: #161b22; }
}
""".strip()


def svg(plan: LabPlan, realms: Mapping[str, str]) -> str:
    """The topology of a plan; ``realms`` tells whose each segment is, by its name."""
    woven = weave(plan)
    hues = {realm: f"hue{number % _HUES}" for number, realm in enumerate(sorted(set(realms.values())))}
    classes = {name: hues[realm] for name, realm in realms.items()}
    width = _LEFT + _COLUMN * len(woven.nodes) + _SLANT + _MARGIN * 2
    height = _HEAD + _ROW * len(woven.wires) + _MARGIN + _LEGEND
    title = f"{plan.name}: {len(plan.nodes)} nodes, {len(plan.wires)} segments"
    body = [*_heading(plan, title, hues), *_columns(woven), *_rows(woven, classes), *_dots(woven, classes)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title" width="{width}" '
            f'height="{height}" viewBox="0 0 {width} {height}">',
            f'<title id="title">{escape(title)}</title>',
            f"<style>\n{_STYLE}\n</style>",
            *body,
            "</svg>",
            "",
        ]
    )


def _heading(plan: LabPlan, title: str, hues: Mapping[str, str]) -> Iterator[str]:
    yield f'<text class="title" x="{_MARGIN}" y="{_MARGIN + 10}">{escape(title)}</text>'
    said = "a column is a node, a row a segment, a dot an interface"
    yield f'<text class="quiet" x="{_MARGIN}" y="{_MARGIN + 28}">{said}</text>'
    for number, (realm, hue) in enumerate([*hues.items(), ("of no realm", "none")]):
        y = _MARGIN + 50 + 18 * number
        yield f'<line class="segment {hue}" x1="{_MARGIN}" y1="{y}" x2="{_MARGIN + 24}" y2="{y}"/>'
        yield f'<text x="{_MARGIN + 32}" y="{y + 4}">{escape(realm)}</text>'
    if plan.left_out:
        y = _MARGIN + 58 + 18 * (len(hues) + 1)
        yield f'<text class="quiet" x="{_MARGIN}" y="{y}">not as written: {len(plan.left_out)} places</text>'


def _x(woven: Weave, node: str) -> int:
    return _LEFT + _COLUMN * next(number for number, each in enumerate(woven.nodes) if each.name == node)


def _y(woven: Weave, segment: str) -> int:
    return _HEAD + _ROW * next(number for number, each in enumerate(woven.wires) if each.name == segment)


def _columns(woven: Weave) -> Iterator[str]:
    for node in woven.nodes:
        x = _x(woven, node.name)
        rows = [_y(woven, each.segment) for each in woven.knots if each.node == node.name]
        if rows:
            yield f'<line class="node" x1="{x}" y1="{_HEAD - 14}" x2="{x}" y2="{max(rows)}"/>'
        place = f'x="{x}" y="{_HEAD - 18}" transform="rotate(-{_SLANT} {x} {_HEAD - 18})"'
        yield f'<text class="{node.kind.value}" {place}>{escape(node.name)}<title>{_told(node)}</title></text>'


def _told(node: NodePlan) -> str:
    held = ", ".join(str(each) for each in node.addresses)
    return escape(f"{node.name}: {held or 'no address'}")


def _rows(woven: Weave, classes: Mapping[str, str]) -> Iterator[str]:
    for wire in woven.wires:
        y = _y(woven, wire.name)
        ends = [_x(woven, each.node) for each in woven.knots if each.segment == wire.name]
        hue = classes.get(wire.name, "none")
        yield f'<line class="segment {hue}" x1="{min(ends)}" y1="{y}" x2="{max(ends)}" y2="{y}"/>'
        yield f'<text class="{hue}" x="{_MARGIN}" y="{y + 4}">{escape(wire.name)}</text>'


def _dots(woven: Weave, classes: Mapping[str, str]) -> Iterator[str]:
    for knot in woven.knots:
        x, y = _x(woven, knot.node), _y(woven, knot.segment)
        hue = classes.get(knot.segment, "none")
        yield f'<circle class="dot {hue}" cx="{x}" cy="{y}" r="5"><title>{escape(_interface(knot))}</title></circle>'
        short = _last_part(knot)
        if short:
            yield f'<text class="held" x="{x + 6}" y="{y - 4}">{escape(short)}</text>'


def _interface(knot: Knot) -> str:
    return " ".join([knot.node, knot.port.name, *(str(each) for each in knot.port.addresses)])


def _last_part(knot: Knot) -> str:
    """What tells an address from others of its segment: its last number."""
    if not knot.port.addresses:
        return ""
    text = str(knot.port.addresses[0].ip)
    return (("." + text.rpartition(".")[2]) if "." in text else (":" + text.rpartition(":")[2]))[:_SHORT]
