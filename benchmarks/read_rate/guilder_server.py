"""`guilder serve`, over the prices of fifty stocks that never were; all else as it ships."""

from __future__ import annotations

import sys

from benchmarks.read_rate.prices import made_up_prices
from guilder.bootstrap import serving
from guilder.bootstrap.container import setup_container
from guilder.core.container import Container
from guilder.core.load_settings import load_settings
from guilder.core.logging import configure_logging
from guilder.core.settings import Settings
from guilder.market_data.application.ports import PriceHistory


def with_made_up_prices(settings: Settings) -> Container:
    """The container of this house, with other prices."""
    container = setup_container(settings)
    container.register_value(PriceHistory, made_up_prices(), replace=True)
    return container


if __name__ == "__main__":
    chosen = load_settings()
    configure_logging(chosen.log_level, chosen.log_format)
    serving.setup_container = with_made_up_prices
    sys.exit(serving.serve(chosen))
