"""Cases of follow-up and what they say together: answered in time, closed, recovered."""
