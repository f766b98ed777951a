"""Guilder: a self-hosted brokerage with a public double-entry ledger and a market that can be replayed."""

__version__ = "0.1.0"
