"""Simulated surveys with known truths."""

from npskit.datasets.hotel_records import CommentTruth as CommentTruth
from npskit.datasets.hotel_records import Dataset as Dataset
from npskit.datasets.hotel_records import DriverTruth as DriverTruth
from npskit.datasets.hotel_records import FollowUpTruth as FollowUpTruth
from npskit.datasets.hotel_records import HotelTruth as HotelTruth
from npskit.datasets.hotel_records import Wave as Wave
from npskit.datasets.simulate import demo_survey as demo_survey
from npskit.datasets.simulate import hotels as hotels

__all__: list[str]
