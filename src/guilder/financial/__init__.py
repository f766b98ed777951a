"""The financial room: portfolios, positions, lots, the ledger, valuation, analytics."""
