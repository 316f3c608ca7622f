"""What the score goes with: which drivers explain it, and how sure that is."""

from npskit.drivers.drivers import Driver as Driver
from npskit.drivers.drivers import Drivers as Drivers
from npskit.drivers.moment_sums import Moments as Moments
from npskit.drivers.three_factors import Factor as Factor
from npskit.drivers.three_factors import ThreeFactors as ThreeFactors
from npskit.drivers.with_drivers import WithDrivers as WithDrivers

__all__: list[str]
