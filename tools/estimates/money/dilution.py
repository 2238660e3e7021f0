"""What a share of the company that is given for compute costs its founders.

A stake of `share` at a valuation of V is worth share x V; what is paid for it in cash comes off. At
the valuation of the deal itself that is nothing: a price appears where the company is worth more.
"""

from __future__ import annotations

from decimal import Decimal

from tools.errors import InvalidInput
from tools.estimates.checks import not_negative, positive, share

MOST_USD = Decimal(10) ** 15


def dilution_cost(equity_share: Decimal, valuation: Decimal, cash_in: Decimal | int = 0) -> Decimal:
    """US dollars that a stake costs beyond the cash that is paid for it; negative where the cash
    is more than the stake is worth. `equity_share` is from 0 to 1, `valuation` what the whole
    company is worth after the deal. Raises `InvalidInput`."""
    worth = share("equity share", equity_share) * positive("valuation", valuation, MOST_USD)
    return worth - not_negative("cash", cash_in, MOST_USD)


def share_sold(amount: Decimal, valuation: Decimal) -> Decimal:
    """The share that `amount` buys at a valuation after the deal. Raises `InvalidInput`."""
    amount = positive("investment", amount, MOST_USD)
    if amount > positive("valuation", valuation, MOST_USD):
        raise InvalidInput(
            "an investment above the valuation cannot be",
            "the valuation is that after the deal: it includes the investment",
        )
    return amount / valuation
