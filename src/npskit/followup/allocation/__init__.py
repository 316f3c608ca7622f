"""Which offer for whom under limits of money and hours: arrays in, arrays out."""
