"""Machinery without business words: time, ids, units of work, databases, the outbox, HTTP plumbing."""
