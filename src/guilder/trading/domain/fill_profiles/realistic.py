"""A market that costs something: spread, a share of the volume, impact, the regulators' fees and a commission.

The rates: section 31 is 27.80 USD per million sold (SEC, fee rate advisory of 8 April 2024, from 22 May 2024); FINRA's
trading activity fee is 0.000166 USD a share, 8.30 USD at the most (By-Laws, Schedule A, section 1, as of 2024). The
commission has the shape that brokers publish for US stocks: by the share, with a minimum and a part of the value as the
maximum. One set of rates holds for all days, so that results of different years can be compared.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from guilder.published.market_data import Timeframe
from guilder.trading.domain.fee_schedule import FeeSchedule
from guilder.trading.domain.fill_profile import FillProfile, Participation, SquareRootImpact

PROFILE: Final = FillProfile(
    "realistic",
    "At bid and ask, a tenth of the volume at a time, with impact, fees and a commission.",
    crosses_spread=True,
    participation=Participation(rate=Decimal("0.10"), timeframe=Timeframe.FIVE_MINUTES),
    impact=SquareRootImpact(coefficient=Decimal("0.5")),
    fees=FeeSchedule(
        commission_per_share=Decimal("0.005"),
        least_commission=Decimal("1.00"),
        most_commission_rate=Decimal("0.01"),
        section_31_rate=Decimal("0.0000278"),
        trading_activity_per_share=Decimal("0.000166"),
        most_trading_activity=Decimal("8.30"),
    ),
)
