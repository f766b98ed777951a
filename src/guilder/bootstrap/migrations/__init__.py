"""How the histories of the rooms are run; each room keeps its own beside its tables."""
