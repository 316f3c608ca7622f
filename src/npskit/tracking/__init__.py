"""The score over time: timelines, and what they are held against."""
