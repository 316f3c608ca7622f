"""Live scores: one answer at a time, windows, and alarms that hold however often one looks."""
