"""The pages' colours by day and by night: each pair that stands on the other can be read by WCAG 2.2 AA, and nothing else changes."""

import re
from pathlib import Path

import pytest

SHEETS = [Path("templates/static") / name for name in ("gagas.css", "forms.css")]
ROOTS = re.compile(r":root \{(.*?)\n *\}", re.S)
COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]{3,6})\b")
SURFACES = ("paper", "sheet", "mist", "dew", "cream", "blush", "input")

# what is written, on what it is written: text needs 4.5 to 1
TEXTS = [
    *((text, surface) for text in ("ink", "quiet", "green", "deep", "clay", "old-gold") for surface in SURFACES),
    *(("on-fill", fill) for fill in ("fill", "fill-deep")),
    *((text, head) for text in ("on-head", "brand") for head in ("head", "head-deep")),
    ("on-head", "end"),
    ("on-glow", "glow"),
    ("sheet", "leaf"),
    ("sheet", "clay"),
]
# what shows where something is or whether it is chosen: 3 to 1
MARKS = [("field", "input"), ("field", "sheet"), ("focus", "paper"), ("focus", "sheet"), ("leaf", "sheet"), ("fill", "sheet")]


def read_palettes() -> dict[str, dict[str, str]]:
    day, night = (dict(COLOUR.findall(block)) for block in ROOTS.findall(SHEETS[0].read_text()))
    return {"day": day, "night": day | night}


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("time", ["day", "night"])
def test_every_pair_of_colours_can_be_read(time: str) -> None:
    palette = read_palettes()[time]
    asked = dict.fromkeys(TEXTS, 4.5) | dict.fromkeys(MARKS, 3.0)
    found = {pair: contrast(palette[pair[0]], palette[pair[1]]) for pair in asked}
    assert {pair: round(found[pair], 2) for pair in asked if found[pair] < asked[pair]} == {}


def test_at_night_only_values_of_properties_change_and_paper_stays_light() -> None:
    text = SHEETS[0].read_text()
    (night,) = re.findall(r"@media ([^{]*prefers-color-scheme: dark[^{]*)\{\n(.*?)\n\}\n", text, re.S)
    assert night[0].strip() == "screen and (prefers-color-scheme: dark)"
    assert re.sub(r":root \{.*?\n  \}", "", night[1].strip(), flags=re.S) == ""
    day, night_values = (set(dict(COLOUR.findall(block))) for block in ROOTS.findall(text))
    assert night_values < day
    assert day - night_values == {"on-head", "brand", "head-line"}


def test_no_colour_is_written_outside_the_properties_but_for_paper() -> None:
    for sheet in SHEETS:
        rules = ROOTS.sub("", sheet.read_text().partition("@media print")[0])
        assert re.findall(r"(?<!url\()#[0-9a-f]{3,8}\b", rules) == [], sheet
