"""What the container refuses."""


class ContainerError(ValueError):
    """Something cannot be wired; the message says what, and by which chain it was reached."""
