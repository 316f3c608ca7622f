"""A fuzz of every public entry: anything may be handed in, and out comes an answer or one of npskit's errors."""
