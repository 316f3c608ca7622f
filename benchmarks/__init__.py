"""Benchmarks: npskit beside named peers, in one run; a package, because PyArrow has installed one of that name."""
