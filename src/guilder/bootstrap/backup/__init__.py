"""Copies of the whole books in one file, the same for every database."""
