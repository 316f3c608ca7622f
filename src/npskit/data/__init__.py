"""Columns from anywhere, each kind read by one rule: ids, times, amounts, flags, labels, weights, answers."""
