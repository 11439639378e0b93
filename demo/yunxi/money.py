"""Yunxi's money: the size of contracts, and when how much of it arrived, at home and from abroad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from random import Random

from demo.yunxi.stages import LANDED, PRODUCING, SIGNED_ONLY, STARTED
from leaderboard.ledger.models import DOMESTIC, FOREIGN

WAN = 10_000
MILLION = 1_000_000
CURRENCIES = (("USD", 708, 722), ("HKD", 90, 93), ("EUR", 770, 815))
"""Currency and the range of its rate, in hundredths of a yuan."""
EAGERNESS = {SIGNED_ONLY: (0, 12), LANDED: (15, 50), STARTED: (50, 95), PRODUCING: (80, 105)}
"""How far a project came -> the range of what arrived of its contract, in per cent, before its unit's fortune."""
MOST = Fraction(11, 10)
"""Nobody pays in more than a tenth above the contract."""


@dataclass(frozen=True, slots=True)
class Contract:
    """What was signed: total investment and the inward part of it, in yuan."""

    total_yuan: int
    inward_yuan: int


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that arrived on a day."""

    on: date
    yuan: int
    kind: str = DOMESTIC
    currency: str | None = None
    foreign_cents: int | None = None
    exchange_rate: str | None = None


def contract(rng: Random, *, big: bool = False) -> Contract:
    """A contract from 30 million to 2.5 billion yuan, most of them around 150 million; a big one has ten digits."""
    drawn = rng.uniform(1000, 1400) if big else rng.lognormvariate(5.0, 0.95)
    total = round(min(2500, max(30, drawn))) * MILLION
    inward = total * rng.randint(60, 100) // 100
    return Contract(total, inward // MILLION * MILLION)


def arrived_shares(
    rng: Random, levels: Sequence[int], inwards: Sequence[int], per_cent: int
) -> list[Fraction]:
    """What arrived of each contract, so that of all together about `per_cent` arrived."""
    raw = [Fraction(rng.randint(*EAGERNESS[level]), 100) for level in levels]
    promised = sum(inwards)
    found = sum((share * inward for share, inward in zip(raw, inwards, strict=True)), Fraction(0))
    if not found:
        return raw
    factor = Fraction(per_cent, 100) * promised / found
    return [min(share * factor, MOST) for share in raw]


def payments(
    rng: Random, yuan: int, since: date, until: date, *, pace: Fraction, foreign: bool
) -> list[Payment]:
    """A sum in instalments between two days, about one every `pace` days, in whole 万元 where it is domestic."""
    days = (until - since).days
    if yuan < 10 * WAN or days < 1:
        return []
    count = max(1, min(round(days / pace * rng.randint(70, 150) / 110), yuan // (10 * WAN)))
    weights = [rng.uniform(0.4, 1.6) for _ in range(count)]
    dates = sorted(since + timedelta(days=rng.randint(0, days)) for _ in range(count))
    whole = sum(weights)
    parts = [max(1, int(yuan * weight / whole) // WAN) * WAN for weight in weights]
    pairs = zip(dates, parts, strict=True)
    if not foreign:
        return [Payment(on, part) for on, part in pairs]
    currency, low, high = rng.choice(CURRENCIES)
    return [_foreign(rng, on, part, currency, (low, high)) for on, part in pairs]


def _foreign(rng: Random, on: date, yuan: int, currency: str, rates: tuple[int, int]) -> Payment:
    """A payment in another currency: yuan = cents / 100 × rate, half up to the yuan."""
    quoted = rng.randint(rates[0] * 100, rates[1] * 100)
    rate = Fraction(quoted, 10_000)
    cents = int(yuan / rate) * 100 + rng.randrange(100)
    exact = Fraction(cents, 100) * rate
    text = f"{quoted // 10_000}.{quoted % 10_000:04d}"
    return Payment(on, int(exact + Fraction(1, 2)), FOREIGN, currency, cents, text)
