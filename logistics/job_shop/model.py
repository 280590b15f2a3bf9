"""The order encoding's model: makespans by longest paths, broken orders at a price."""

from __future__ import annotations

import numpy as np

from logistics.job_shop.dispatch import dispatched, makespan
from logistics.job_shop.guide import guide
from logistics.job_shop.orders import Orders
from logistics.job_shop.proof import minimised
from logistics.job_shop.shop import JobShop
from usecases.models import Bits, Evaluated, Floats


def sufficient_penalty(shop: JobShop) -> int:
    """A price above which no optimum is broken: the makespan of a schedule known at once."""
    return makespan(shop, dispatched(shop))


def build(shop: JobShop, multiple: float = 1.0) -> Evaluated:
    """The makespan of every set of orders; contradictory ones at a multiple of the penalty.

    They cost one more for every circle, so that fewer circles are better. Raises TooLarge
    beyond 4000 pairs, BadInstance where nothing has to be put in order.
    """
    orders = Orders(shop)
    rough = guide(orders)
    price = multiple * sufficient_penalty(shop)

    def evaluate(bits: Bits) -> Floats:
        spans, circles = orders.makespans(bits)
        return np.where(circles > 0, price + circles, spans)

    return Evaluated(rough, evaluate, lambda seconds: minimised(orders, seconds))
