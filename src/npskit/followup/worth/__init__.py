"""What loyalty is worth in money: revenue at risk, payback, break-even."""
