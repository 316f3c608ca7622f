"""Simulated surveys with known truths, to try things on and to check methods against."""

from npskit.datasets.records import Dataset, DriverTruth, FollowUpTruth, HotelTruth, Wave
from npskit.datasets.simulate import demo_survey, hotels

__all__ = ["Dataset", "DriverTruth", "FollowUpTruth", "HotelTruth", "Wave", "demo_survey", "hotels"]
