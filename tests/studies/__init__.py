"""Studies of what npskit promises: level, coverage, power. `python -m tests.studies --help`."""
