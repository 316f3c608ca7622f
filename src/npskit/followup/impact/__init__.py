"""Whether following up helped, against those left alone at random."""
