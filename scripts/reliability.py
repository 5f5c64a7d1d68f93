#!/usr/bin/env python3
"""Draws the reliability diagram of matching.

    varco eval --data DIR --lists --json > figures.json
    scripts/reliability.py figures.json > docs/reference/reliability.svg
"""
import json
import sys

SIDE, LEFT, TOP = 360, 60, 20
COLOURS = ["#0072b2", "#d55e00", "#009e73"]  # told apart by colour-blind readers, too


def place(said, right):
    return LEFT + said * SIDE, TOP + (1 - right) * SIDE


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lists = json.load(file)["lists"]
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + SIDE + 190} {TOP + SIDE + 60}" '
        'font-family="sans-serif" font-size="13">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for tenth in range(0, 11, 2):
        share = tenth / 10
        x, y = place(share, share)
        out.append(f'<path d="M{x} {TOP}V{TOP + SIDE}M{LEFT} {y}H{LEFT + SIDE}" stroke="#dddddd"/>')
        out.append(f'<text x="{x}" y="{TOP + SIDE + 18}" text-anchor="middle">{share:.1f}</text>')
        out.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{share:.1f}</text>')
    (x0, y0), (x1, y1) = place(0, 0), place(1, 1)
    out.append(f'<path d="M{x0} {y0}L{x1} {y1}" stroke="#888888" stroke-dasharray="4 4"/>')
    out.append(f'<text x="{LEFT + SIDE / 2}" y="{TOP + SIDE + 42}" text-anchor="middle">probability said</text>')
    out.append(
        f'<text transform="translate(16 {TOP + SIDE / 2}) rotate(-90)" text-anchor="middle">share that is right</text>'
    )
    for of_size, colour, row in zip(lists, COLOURS, range(3)):
        for group in of_size["reliability"]:
            x, y = place(group["said"], group["right"])
            # The area grows with the matches of the class.
            radius = max(2.0, min(16.0, group["matches"] ** 0.5 / 2))
            out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}" fill-opacity="0.55"/>')
        x, y = LEFT + SIDE + 24, TOP + 20 + row * 24
        out.append(f'<circle cx="{x}" cy="{y - 4}" r="6" fill="{colour}" fill-opacity="0.55"/>')
        out.append(f'<text x="{x + 14}" y="{y}">list of {of_size["plates"]:,}</text>')
    out.append("</svg>")
    print("\n".join(out))


main()
