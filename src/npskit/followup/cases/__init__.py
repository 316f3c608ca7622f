"""Cases of customers: what was done, when, and how the loop is closed."""
