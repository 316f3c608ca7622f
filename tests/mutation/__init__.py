"""Mutation runs: small faults are planted in npskit, one at a time, and the tests must find them."""
