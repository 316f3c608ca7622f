"""The commands of `python -m npskit`, a module each."""
