"""`python -m guilder` is `guilder`."""

from guilder.bootstrap.cli import main

main()
