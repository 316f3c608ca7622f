"""What comments say: how urgent they are."""
