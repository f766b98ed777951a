"""What rooms say to each other: events, facades, their values and their errors. Nothing else."""
