"""Vega-Lite -> SVG, on this machine: no network, no fonts of its own, no script in the picture. The home of vl-convert.

The program inside (V8) reserves tens of gigabytes of addresses, though little memory, and ends the process where it may
not: ``possible`` asks before. Drawing the first chart of a process takes a second, each further one some 30 ms.
"""

import re
import sys
from xml.sax.saxutils import escape, quoteattr

import vl_convert

from catalog.charts.palette import PATTERN, style
from catalog.charts.specs import Spec

_SIZE = re.compile(r'<svg [^>]*?\bwidth="([0-9.]+)" height="([0-9.]+)"[^>]*>')


def possible() -> bool:
    """Whether this process may draw: not where its address space is limited, as that of a child for strangers' bytes is."""
    if sys.platform == "win32":
        return True
    import resource

    return resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY


def draw(spec: Spec, title: str, language: str) -> bytes:
    """The chart as a picture of its own, with its name and its language."""
    drawn: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    size = _SIZE.match(drawn)
    assert size is not None, "the program draws SVG"
    wide, high = size.groups()
    opened = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" '
        f'role="img" lang="{language}" xml:lang="{language}" aria-label={quoteattr(title)}>'
        f"<title>{escape(title)}</title><style>{style()}</style><defs>{PATTERN}</defs>"
    )
    return (opened + drawn[size.end() :] + "\n").encode()
