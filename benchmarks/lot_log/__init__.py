"""A made-up log of trades, and who books it."""
