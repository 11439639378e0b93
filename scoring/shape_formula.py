"""The printed term of an indicator, from its shape outward: every shape says its own working, worth exactly its points."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scoring.band_formula import band_note
from scoring.number_formula import Printer, Seen
from scoring.printed import ATOM, Sum, Told, less, number, over, percent, plus, times
from scoring.shape_rules import (
    ONE,
    ZERO,
    Bands,
    Constant,
    Deductions,
    Floors,
    Interpolated,
    MinMax,
    Points,
    Proportional,
    Reading,
    Shape,
    Shortfall,
    Slopes,
    Worth,
)
from scoring.sight import BESIDE
from scoring.slope_formula import slope_sum

Trail = tuple[tuple[str, Fraction], ...]


def shape_term(printer: Printer) -> Told:
    """What the indicator's shape gives before any gate, with its numbers filled in."""
    return _Shapes(printer).told(printer.indicator.shape, printer.line.working)


def before_limits(printer: Printer) -> Fraction:
    """Points by the indicator's shape before its own least and most, and before any gate."""
    return _Shapes(printer).unlimited(printer.indicator.shape, printer.line.working).sum.value


def worth_sum(worth: Worth, weight: Fraction) -> Sum:
    """A worth as it is printed: 7, the weight 10 itself, 60%×10, or 60%×10+2."""
    if not worth.share:
        return number(worth.points)
    share = number(weight) if worth.share == 1 else times(percent(worth.share), number(weight))
    return plus(share, number(worth.points)) if worth.points else share


@dataclass(frozen=True, slots=True)
class _Shapes:
    printer: Printer

    @property
    def _weight(self) -> Sum:
        return number(self.printer.line.weight)

    def _say(self, word: str, **names: str) -> str:
        return self.printer.tongue.say(word, **names)

    def _worth(self, worth: Worth) -> Sum:
        return worth_sum(worth, self.printer.line.weight)

    def told(self, shape: Shape, trail: Trail) -> Told:
        """A shape between its least and most points."""
        found = self.unlimited(shape, trail)
        if shape.most is not None and found.sum.value > (most := self._worth(shape.most)).value:
            found = Told(most, (*found.notes, self._say("most", x=found.sum.text, limit=most.text)))
        if shape.least is not None and found.sum.value < (least := self._worth(shape.least)).value:
            found = Told(least, (*found.notes, self._say("least", x=found.sum.text, limit=least.text)))
        return found

    def _nothing(self, why: str = "no_number") -> Told:
        return Told(number(ZERO), (self._say(why),))

    def unlimited(self, shape: Shape, trail: Trail) -> Told:
        """A shape by what it looks at: its parts, nothing at all, or one number."""
        match shape.kind:
            case Constant(worth=worth):
                return Told(self._worth(worth))
            case Shortfall() as shortfall:
                return self._shortfall(shortfall)
            case Floors() as floors:
                return self._floors(floors, dict(trail))
            case Deductions() as deductions if deductions.by_part:
                return self._deductions_by_part(deductions)
        beside: Trail = ()
        if shape.on in BESIDE:
            beside, trail = trail[:1], trail[1:]
        x = self.printer.seen(shape.on, dict(beside))
        if x is None:
            return self._nothing(self.printer.why_none(shape.on))
        return self._of_number(shape, x, trail)

    def _of_number(self, shape: Shape, x: Seen, trail: Trail) -> Told:  # noqa: PLR0911 - one a kind
        match shape.kind:
            case Proportional(full_at=full_at):
                ratio = x.sum if full_at == 1 else over(x.sum, x.show(full_at))
                return Told(times(ratio, self._weight), x.notes)
            case MinMax() as ends:
                return self._min_max(ends, x, dict(trail))
            case Bands() as bands:
                return self._banded(bands, shape.on, x, trail)
            case Slopes() as slopes:
                told = slope_sum(slopes, x, self._worth, self.printer)
                return told.with_notes(*x.notes, _origin(x))
            case Interpolated() as standard:
                return self._interpolated(standard, x)
            case Points(each=each):
                return Told(x.sum if each == 1 else times(number(each), x.sum), x.notes)
            case Deductions(each=each):
                return Told(less(self._weight, times(number(each), x.sum)), x.notes)
            case _:
                raise AssertionError(shape.kind)

    def _min_max(self, ends: MinMax, x: Seen, steps: dict[str, Fraction]) -> Told:
        """`6+(7-5)÷(10-5)×4`, counted from the other end where less is better; x is held between the ends."""
        if "low" not in steps:
            return self._nothing("no_ends")
        low, high = x.show(steps["low"]), x.show(steps["high"])
        if ends.stated_end is None and low.value == high.value:
            return Told(self._worth(ends.when_equal), (*x.notes, self._say("all_equal")))
        if low.value >= high.value:
            return self._passed_end(ends, x, steps["coefficient"])
        here, notes = x.literal, [*x.notes, _origin(x)]
        for end, word, beyond in (
            (low, "held_low", x.value < low.value),
            (high, "held_high", x.value > high.value),
        ):
            if beyond:
                notes.append(self._say(word, x=here.text, end=end.text))
                here = end
        turned = self.printer.indicator.better == "less"
        ratio = over(less(high, here) if turned else less(here, low), less(high, low))
        weight = self.printer.line.weight
        if not ends.base:
            return Told(times(ratio, number(weight))).with_notes(*notes)
        more = times(ratio, number((ONE - ends.base) * weight))
        return Told(plus(number(ends.base * weight), more)).with_notes(*notes)

    def _passed_end(self, ends: MinMax, x: Seen, coefficient: Fraction) -> Told:
        """`20`, or the base `12`: the whole division has reached or passed the one end that is stated."""
        share = ends.base + (ONE - ends.base) * coefficient
        top = bool(coefficient) is (self.printer.indicator.better == "more")
        end = x.show(ends.stated_end or ZERO).text
        note = self._say("passed_high" if top else "passed_low", x=x.named, end=end)
        return Told(number(share * self.printer.line.weight), (*x.notes, note))

    def _banded(self, bands: Bands, on: Reading, x: Seen, trail: Trail) -> Told:
        """What the band that was found gives, and which band it is."""
        if not trail or trail[0][0] != "band":
            return Told(number(ZERO), (*x.notes, self._say("no_band", x=x.named)))
        chosen = int(trail[0][1]) - 1
        inner = self.told(bands.bands[chosen].shape, trail[1:])
        note = band_note(bands, chosen, on, x, self.printer.tongue)
        if isinstance(bands.bands[chosen].shape.kind, Constant):
            return Told(inner.sum, (*x.notes, note, self._say("gives", points=inner.sum.text), *inner.notes))
        return Told(inner.sum, (*(n for n in x.notes if n not in inner.notes), note, *inner.notes))

    def _interpolated(self, standard: Interpolated, x: Seen) -> Told:
        """`12+(8%-1.7%)÷(9.5%-1.7%)×(16-12)`; level beyond the outer standard values."""
        knots = standard.knots
        for end, word, beyond in (
            (knots[-1], "top_standard", x.value >= knots[-1].at),
            (knots[0], "low_standard", x.value <= knots[0].at),
        ):
            if beyond:
                note = self._say(word, x=x.named, at=x.show(end.at).text)
                return Told(self._worth(end.worth), (*x.notes, note))
        reached = max(i for i, knot in enumerate(knots) if knot.at <= x.value)
        here, after = knots[reached], knots[reached + 1]
        base, more = self._worth(here.worth), self._worth(after.worth)
        low = x.show(here.at)
        f = over(less(x.literal, low), less(x.show(after.at), low))
        return Told(plus(base, times(f, less(more, base)))).with_notes(*x.notes, _origin(x))

    def _shortfall(self, shortfall: Shortfall) -> Told:
        """`10-0.1×((2-1)+(10-8))`: only what is missing, part by part."""
        missing, notes = [], []
        for part in self.printer.line.parts:
            quota = part.denominator.value if part.denominator is not None else None
            if quota is None or part.numerator.value is None:
                return self._nothing()
            if quota > part.numerator.value:
                gap = less(number(quota), number(part.numerator.value))
                missing.append(gap._replace(text=f"({gap.text})", binds=ATOM))
                notes.append(self._say("short", part=part.name, n=number(gap.value).text))
        taken = times(number(shortfall.each), plus(*missing) if missing else number(ZERO))
        named = notes if len(self.printer.line.parts) > 1 else []
        return Told(less(self._weight, taken)).with_notes(*(named if missing else [self._say("enough")]))

    def _deductions_by_part(self, deductions: Deductions) -> Told:
        """`5-(1×2+0.1×3)`: every named part with its own deduction."""
        each = dict(deductions.by_part)
        taken, notes = [], []
        for part in self.printer.line.parts:
            count = number(part.numerator.value or ZERO)
            taken.append(times(number(each.get(part.name, deductions.each)), count))
            notes.append(self._say("part", part=part.name, n=count.text))
        return Told(less(self._weight, plus(*taken) if taken else number(ZERO)), tuple(notes))

    def _floors(self, floors: Floors, steps: dict[str, Fraction]) -> Told:
        """What is given where every part reaches its floor, or the share of parts that do."""
        reached, asked = steps["reached"], steps["asked"]
        if not asked:
            return self._nothing()
        counts = {"reached": number(reached).text, "asked": number(asked).text}
        if reached == asked:
            return Told(self._worth(floors.met), (self._say("floors_met", **counts),))
        note = self._say("floors_unmet", **counts)
        if floors.unmet is not None:
            return Told(self._worth(floors.unmet), (note,))
        return Told(times(self._worth(floors.met), over(number(reached), number(asked))), (note,))


def _origin(x: Seen) -> str:
    """Where a literal came from, where that is not already to be seen."""
    return "" if x.literal.text == x.sum.text else x.named
