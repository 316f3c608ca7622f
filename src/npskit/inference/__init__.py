"""From tallies to uncertainty. Everything here works on arrays of counts; nothing here sees a row."""
