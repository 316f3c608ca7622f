"""npskit turns customer-loyalty answers into decisions."""
