"""What customers at risk, a program and a point of retention are worth."""
