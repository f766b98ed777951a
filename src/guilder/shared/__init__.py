"""The shared kernel: words that every room uses. Standard library only."""
