"""What a unit could do more of: columns found by measuring the race with one more fact of every kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from scoring.facts import (
    SIGNED,
    STANDARD_STAGES,
    Adjustment,
    Arrival,
    Credit,
    Facts,
    Project,
    Return,
    StageEvent,
)
from scoring.measures import UnitMeasures, measure_all
from scoring.reach_change import (
    ABOVE,
    ADJUSTMENT,
    ARRIVAL,
    BELOW,
    NEW_PROJECT,
    RETURN,
    STAGE,
    TIMES,
    Cell,
    Column,
)
from scoring.relative import nodes
from scoring.rules import (
    ONE,
    AdjustmentRule,
    PerProject,
    ReturnQuantity,
    ReturnRatio,
    Scheme,
    Signing,
    StageReached,
)
from scoring.term_rules import ArrivedTerm, ReturnTerm, Which

Effects = tuple[tuple[Cell, Fraction], ...]
SUPPOSED = "supposed"


@dataclass(frozen=True, slots=True)
class Supposed:
    """What a new project is taken to be; amounts None: the middle one of the unit's contracts, else of all."""

    share: Fraction = ONE
    total_yuan: int | None = None
    inward_yuan: int | None = None


class Deeds:
    """Columns of one unit from the facts; a project counts as the engine itself measures it."""

    def __init__(self, facts: Facts, scheme: Scheme, as_of: date, unit: str, supposed: Supposed) -> None:
        self._facts, self._scheme, self._as_of = facts, scheme, as_of
        self._unit, self._supposed = unit, supposed
        own = next(found for found in facts.units if found.key == unit)
        self._names = {unit, *own.members}
        self._division = {u.key: u for u in facts.units if u.division == own.division}
        self._keys = {name: u.key for u in self._division.values() for name in (u.key, *u.members)}
        self._day = min(as_of, facts.ends_on)
        self._projects = [p for p in facts.projects if any(c.unit in self._names for c in p.credits)]
        self._stages = _stages(scheme)

    def columns(self) -> list[Column]:
        """Every column that changes a number of the unit: projects, money, returns, adjustments."""
        found = [*self._waiting(), *self._new(), *self._money(), *self._returns(), *self._adjustments()]
        return [column for column in found if column.own(self._unit)]

    def _waiting(self) -> Iterator[Column]:
        """Known projects that could get further, those that count alike in one pool."""
        pools: dict[tuple[tuple[str, Effects], ...], list[str]] = {}
        for project in sorted(self._projects, key=lambda p: p.code):
            steps = tuple(self._further(project))
            if steps:
                pools.setdefault(steps, []).append(project.code)
        for number, (steps, codes) in enumerate(sorted(pools.items(), key=lambda pair: pair[1]), 1):
            for stage, effects in steps:
                yield Column(
                    f"{STAGE}:{stage}:{number}",
                    STAGE,
                    stage,
                    effects,
                    most=len(codes),
                    share=self._share(codes[0]),
                    projects=tuple(codes),
                    pool=str(number),
                )

    def _further(self, project: Project) -> Iterator[tuple[str, Effects]]:
        """Stages that would change something for the unit, each with what it changes; none twice."""
        known: list[Effects] = []
        for stage in self._stages:
            further = replace(project, events=(*project.events, self._event(stage)))
            effects = self._effects(project, further)
            if effects and effects not in known and any(cell.unit == self._unit for cell, _ in effects):
                known.append(effects)
                yield stage, effects

    def _new(self) -> Iterator[Column]:
        """A new contract, alone and with each stage it could get to."""
        known: list[Effects] = []
        share = self._supposed.share
        for stage in (SIGNED, *(stage for stage in self._stages if stage != SIGNED)):
            events = tuple(self._event(one) for one in dict.fromkeys((SIGNED, stage)))
            project = Project(SUPPOSED, "", (Credit(self._unit, share),), events)
            effects = self._effects(None, project)
            if effects and effects not in known:
                known.append(effects)
                yield Column(
                    f"{NEW_PROJECT}:{stage}", NEW_PROJECT, stage, effects, share=share, yuan=self._amounts
                )

    def _money(self) -> Iterator[Column]:
        """One yuan more of each kind, on the project of which most of it counts."""
        for kind in _kinds(self._scheme):
            best: tuple[tuple[Fraction, int, int], str, Effects] | None = None
            for project in sorted(self._projects, key=lambda p: p.code):
                arrival = Arrival(SUPPOSED, self._day, 1, kind)
                effects = self._effects(project, replace(project, arrivals=(*project.arrivals, arrival)))
                own = [amount for cell, amount in effects if cell.unit == self._unit]
                rank = sum(own, Fraction(0)), len(own), -len(effects)
                if own and (best is None or rank > best[0]):
                    best = rank, project.code, effects
            if best is not None:
                _, code, effects = best
                yield Column(
                    f"{ARRIVAL}:{kind}",
                    ARRIVAL,
                    kind,
                    effects,
                    by="amount",
                    share=self._share(code),
                    projects=(code,),
                )

    def _returns(self) -> Iterator[Column]:
        for name in reported_measures(self._scheme):
            row = Return(SUPPOSED, self._unit, name, self._day, 1)
            effects = self._differences(replace(self._bare(), returns=(row,)), self._bare(), {self._unit})
            if any(cell.side == ABOVE for cell, _ in effects):
                yield Column(f"{RETURN}:{name}", RETURN, name, effects)

    def _adjustments(self) -> Iterator[Column]:
        """A bonus once more; fewer deductions are read off what was measured."""
        for rule in self._scheme.adjustments:
            if rule.kind == "bonus" and by_hand(rule):
                entry = Adjustment(SUPPOSED, self._unit, rule.key, self._day, 1, "")
                after = replace(self._bare(), adjustments=(entry,))
                effects = self._differences(after, self._bare(), {self._unit})
                yield Column(f"{ADJUSTMENT}:{rule.key}", ADJUSTMENT, rule.key, effects)

    def _event(self, stage: str) -> StageEvent:
        total, inward = self._amounts if stage == SIGNED else (None, None)
        return StageEvent(SUPPOSED, stage, self._day, total_yuan=total, inward_yuan=inward)

    @property
    def _amounts(self) -> tuple[int | None, int | None]:
        supposed = self._supposed
        return (
            self._middle("total_yuan") if supposed.total_yuan is None else supposed.total_yuan,
            self._middle("inward_yuan") if supposed.inward_yuan is None else supposed.inward_yuan,
        )

    def _middle(self, name: str) -> int | None:
        """The lower middle amount among the unit's contracts, else among all."""
        for projects in (self._projects, self._facts.projects):
            contracts = [event for p in projects for event in p.events if event.stage == SIGNED]
            amounts = sorted(a for event in contracts if (a := getattr(event, name)) is not None)
            if amounts:
                return int(amounts[(len(amounts) - 1) // 2])
        return None

    def _share(self, code: str) -> Fraction:
        project = next(p for p in self._projects if p.code == code)
        return sum((c.share for c in project.credits if c.unit in self._names), Fraction(0))

    def _effects(self, before: Project | None, after: Project) -> Effects:
        """What changes for the unit and its partners when a project changes: counts add up over projects."""
        units = {self._keys[credit.unit] for credit in after.credits if credit.unit in self._keys}
        known = replace(self._bare(), projects=(before,) if before else ())
        return self._differences(replace(self._bare(), projects=(after,)), known, units)

    def _bare(self) -> Facts:
        """The season without any project, return, target or entry."""
        return replace(self._facts, units=(), projects=(), returns=(), targets=(), adjustments=())

    def _differences(self, after: Facts, before: Facts, units: set[str]) -> Effects:
        rows = tuple(self._division[key] for key in sorted(units))
        then, now = (
            measure_all(replace(known, units=rows), self._scheme, self._as_of).units
            for known in (before, after)
        )
        differences = [row for a, b in zip(then, now, strict=True) for row in _difference(a, b)]
        return tuple(sorted(differences))


def _difference(before: UnitMeasures, after: UnitMeasures) -> Iterator[tuple[Cell, Fraction]]:
    numbers = _numbers(before)
    for cell, value in _numbers(after).items():
        if value != numbers[cell]:
            yield cell, value - numbers[cell]


def _numbers(unit: UnitMeasures) -> Mapping[Cell, Fraction]:
    """Every measured number of a unit; what is missing counts 0."""
    key, found = unit.unit.key, {}
    for indicator, measured in unit.indicators.items():
        for n, part in enumerate(measured.parts):
            found[Cell(key, ABOVE, indicator, n)] = part.numerator.value or Fraction(0)
            below = part.denominator.value if part.denominator else None
            found[Cell(key, BELOW, indicator, n)] = below or Fraction(0)
    for rule, count in unit.times.items():
        found[Cell(key, TIMES, rule)] = count.value or Fraction(0)
    return found


def by_hand(rule: AdjustmentRule) -> bool:
    """Whether the adjustment is entered, not derived from facts, another number or a condition."""
    return not (rule.per or rule.term or rule.reading or rule.when)


def _stages(scheme: Scheme) -> list[str]:
    """Stages that the scheme asks for: the standard ones in their order, then the season's own."""
    asked: set[str] = set()
    for node in nodes((scheme.indicators, scheme.adjustments)):
        match node:
            case StageReached(stages=stages) | Which(stages=stages):
                asked |= set(stages)
            case PerProject(stage=stage):
                asked.add(stage)
            case Signing():
                asked.add(SIGNED)
    own: Sequence[str] = sorted(asked - set(STANDARD_STAGES))
    return [stage for stage in STANDARD_STAGES if stage in asked] + list(own)


def _kinds(scheme: Scheme) -> list[str]:
    """Kinds of money that the scheme counts apart; any kind is domestic."""
    kinds = {node.kind for node in nodes(scheme.indicators) if isinstance(node, ArrivedTerm) and node.kind}
    return sorted(kinds | {"domestic"})


def reported_measures(scheme: Scheme) -> list[str]:
    """Measures of returns that some indicator or adjustment counts."""
    names: dict[str, None] = {}
    for node in nodes((scheme.indicators, scheme.adjustments)):
        match node:
            case ReturnRatio(numerator=above, denominator=below):
                names |= dict.fromkeys((above, below))
            case ReturnQuantity(measure=name) | ReturnTerm(name=name):
                names[name] = None
    return list(names)
