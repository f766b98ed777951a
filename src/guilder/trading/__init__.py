"""The trading room: orders, executions, the venue."""
