"""The pluggable core: what answers are worth."""
