"""Which band a number lies in, as it is printed: 93.5% 属 90%≤x<95% 档, 第 2 名，1–2 名档."""

from __future__ import annotations

from scoring.formula_words import Tongue
from scoring.interval_document import OTHERWISE
from scoring.number_formula import Seen
from scoring.shape_rules import Bands, Interval, Reading


def band_note(bands: Bands, chosen: int, on: Reading, x: Seen, tongue: Tongue) -> str:
    """The band a number was counted by; one above it may have failed by its second condition."""
    band = bands.bands[chosen]
    if on is Reading.PLACE:
        where = f"{tongue.say('place', x=x.sum.text)}{tongue.comma}{_places(band.within, tongue)}"
    elif band.within == OTHERWISE:
        where = tongue.say("other_band", x=x.named)
    else:
        where = tongue.say("band", x=x.named, band=_range(band.within, x))
    if band.within.holds(x.value):
        return where
    return f"{tongue.say('band', x=x.named, band=_range(_holding(bands, x), x))}{tongue.comma}{tongue.say('passed_down')}"


def _holding(bands: Bands, x: Seen) -> Interval:
    """The first band that holds the number."""
    return next((band.within for band in bands.bands if band.within.holds(x.value)), OTHERWISE)


def _range(within: Interval, x: Seen) -> str:
    """`90%≤x<95%`, `x≥90%`, `x<50%`."""
    if within.lower is None and within.upper is None:
        return "x"
    if within.upper is None and within.lower is not None:
        return f"x{'>' if within.lower_open else '≥'}{x.show(within.lower).text}"
    upper = "" if within.upper is None else f"{'<' if within.upper_open else '≤'}{x.show(within.upper).text}"
    if within.lower is None:
        return f"x{upper}"
    return f"{x.show(within.lower).text}{'<' if within.lower_open else '≤'}x{upper}"


def _places(within: Interval, tongue: Tongue) -> str:
    """A range of whole places: 4–6 for 4 ≤ place < 7."""
    first = 1 if within.lower is None else int(within.lower) + within.lower_open
    if within == OTHERWISE:
        return tongue.say("other_band", x="").strip(": ")
    if within.upper is None:
        return tongue.say("places_from", first=str(first))
    last = -((-within.upper).__floor__()) - 1 if within.upper_open else within.upper.__floor__()
    return tongue.say("one_place" if first == last else "places", first=str(first), last=str(last))
