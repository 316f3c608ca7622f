"""What the score goes with: which drivers explain it, and how sure that is."""

from npskit.drivers.bottlenecks import Bottleneck as Bottleneck
from npskit.drivers.bottlenecks import Bottlenecks as Bottlenecks
from npskit.drivers.driver import Driver as Driver
from npskit.drivers.drivers import Drivers as Drivers
from npskit.drivers.drivers_by import DriverDifference as DriverDifference
from npskit.drivers.drivers_by import DriversBy as DriversBy
from npskit.drivers.moment_sums import Moments as Moments
from npskit.drivers.quadrants import Quadrant as Quadrant
from npskit.drivers.quadrants import Quadrants as Quadrants
from npskit.drivers.three_factors import Factor as Factor
from npskit.drivers.three_factors import ThreeFactors as ThreeFactors
from npskit.drivers.with_drivers import WithDrivers as WithDrivers

__all__: list[str]
