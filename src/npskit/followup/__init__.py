"""From answers to action: whom to answer first, with what, by when; and whether it helped."""
