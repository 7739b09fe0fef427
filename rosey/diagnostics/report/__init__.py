"""Bug reports: what a bot is and has done, without secrets, to be read by somebody else."""
