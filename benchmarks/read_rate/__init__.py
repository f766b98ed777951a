"""A portfolio of fifty positions, who tells of it, and who asks."""
