"""Writes a drafted project out as facts: each stage and payment with its day, evidence and verification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from demo.yunxi.calendar import MINUTE, OFFICE, Desk
from demo.yunxi.money import Contract, payments
from demo.yunxi.names import Naming
from demo.yunxi.stages import SIGNED_ONLY, Step, courtship, settled, talking
from demo.yunxi.tale import StoryProject
from demo.yunxi.units import YunxiUnit
from leaderboard.ledger.chronicle import Decision, NewArrival, NewEvent, Told
from leaderboard.ledger.models import VERIFIED

PUBLIC_PER_CENT = 15
SETTING_UP_DAYS = 22
EVIDENCE = {
    "lead": "线索登记表",
    "talks": "洽谈记录",
    "visited": "考察接待单",
    "agreed": "框架协议",
    "signed": "正式投资合同",
    "registered": "营业执照",
    "approved": "项目备案表",
    "landed": "不动产权证或厂房租赁合同",
    "planned": "建设用地规划许可证",
    "permitted": "施工许可证",
    "started": "开工现场照片及监理开工令",
    "in_statistics": "统计入库通知",
    "topped_out": "主体结构验收单",
    "equipped": "设备进场签收单",
    "in_production": "投产报告及用电记录",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What was decided about a project; without a contract it is still in talks since `since`."""

    credits: tuple[tuple[YunxiUnit, Fraction], ...]
    since: date
    level: int = SIGNED_ONLY
    contract: Contract | None = None
    arrived_yuan: int = 0

    @property
    def lead(self) -> YunxiUnit:
        """The unit that reports it."""
        return self.credits[0][0]

    def paying_days(self, today: date) -> int:
        """About how many days it has been paying in, with some weeks to set up its company."""
        return max(0, (today - self.since).days - SETTING_UP_DAYS) if self.arrived_yuan else 0

    @property
    def begins_on(self) -> date:
        """The day by which projects are numbered."""
        return self.since


def written(desk: Desk, draft: Draft, code: str, naming: Naming, pace: Fraction) -> StoryProject:
    """The drafted project with all its facts; money comes about every `pace` days."""
    steps = _steps(desk, draft)
    events = tuple(_event(desk, draft, step) for step in steps)
    arrivals = tuple(_arrivals(desk, draft, steps, pace, foreign=naming.foreign))
    by = draft.lead.key
    entered = min(told.recorded_at for told in _all_told(events, arrivals))
    agreed = min(entered + 30 * MINUTE, desk.at)
    evidence = "分成协议" if len(draft.credits) > 1 else None
    return StoryProject(
        code=code,
        naming=naming,
        is_public=desk.rng.randrange(100) < PUBLIC_PER_CENT,
        shares=tuple((unit.key, share) for unit, share in draft.credits),
        credited_on=steps[0].on,
        credit_told=Told(entered, by, evidence, (Decision(VERIFIED, agreed, OFFICE),)),
        events=events,
        arrivals=arrivals,
    )


def _all_told(events: Iterable[NewEvent], arrivals: Iterable[NewArrival]) -> Iterator[Told]:
    yield from (event.told for event in events)
    yield from (arrival.told for arrival in arrivals)


def _steps(desk: Desk, draft: Draft) -> list[Step]:
    yesterday = desk.today - timedelta(days=1)
    if draft.contract is None:
        return talking(desk.rng, draft.since, yesterday)
    before = courtship(desk.rng, draft.since)
    return [*before, Step("signed", draft.since), *settled(desk.rng, draft.since, yesterday, draft.level)]


def _event(desk: Desk, draft: Draft, step: Step) -> NewEvent:
    told = desk.told(step.on, draft.lead.key, EVIDENCE[step.stage])
    if step.stage == "signed" and draft.contract is not None:
        return NewEvent(step.stage, step.on, told, draft.contract.total_yuan, draft.contract.inward_yuan)
    return NewEvent(step.stage, step.on, told)


def _arrivals(
    desk: Desk, draft: Draft, steps: list[Step], pace: Fraction, *, foreign: bool
) -> Iterator[NewArrival]:
    """Money comes once there is a company to receive it, else some days after signing."""
    company = next(
        (step.on for step in steps if step.stage == "registered"), draft.since + timedelta(days=10)
    )
    yesterday = desk.today - timedelta(days=1)
    since = company + timedelta(days=3)
    for payment in payments(desk.rng, draft.arrived_yuan, since, yesterday, pace=pace, foreign=foreign):
        yield NewArrival(
            occurred_on=payment.on,
            yuan=payment.yuan,
            told=desk.told(payment.on, draft.lead.key, "银行到账回单"),
            kind=payment.kind,
            currency=payment.currency,
            foreign_cents=payment.foreign_cents,
            exchange_rate=payment.exchange_rate,
        )
