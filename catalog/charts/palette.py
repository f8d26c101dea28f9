"""Colours and the pattern of "no data". Each colour stands out from the ground by at least 3 to 1 in both schemes (WCAG 1.4.11).

A picture holds the light colours; a reader's dark scheme exchanges them by the style that goes with it.
"""

INK, QUIET, LINE, GROUND = "#1b2226", "#4d5a62", "#c3ccd2", "#ffffff"
SERIES = ("#0b5394", "#b35900", "#1a7f5a", "#8a3b8f", "#5a666e", "#a4161a", "#6b5b00")
"""Told apart by people who see colours otherwise, too, for they differ in lightness where they stand side by side."""
NO_DATA = "url(#no-data)"
DARK = {
    INK: "#e8edf0",
    QUIET: "#a9b6be",
    LINE: "#46535b",
    GROUND: "#14191c",
    **dict(zip(SERIES, ("#8cc4ff", "#f0a860", "#6fd0a8", "#dba6e0", "#b9c4cc", "#ff9c97", "#d9c74a"), strict=True)),
}
FACES = "system-ui, 'Hiragino Sans', 'Yu Gothic UI', Meiryo, 'Noto Sans JP', 'Noto Sans CJK JP', sans-serif"

PATTERN = (
    '<pattern id="no-data" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="6" height="6" fill="{GROUND}"/><rect width="2" height="6" fill="{QUIET}"/></pattern>'
)


def style() -> str:
    """What exchanges the colours in a dark scheme: by the attributes that hold them."""
    rules = "".join(f'[fill="{light}"]{{fill:{dark}}}[stroke="{light}"]{{stroke:{dark}}}' for light, dark in DARK.items())
    return f"@media(prefers-color-scheme:dark){{{rules}}}"
