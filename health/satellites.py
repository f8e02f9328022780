"""Distances between fixes of the satellite receiver."""

from dataclasses import dataclass

import numpy as np

from health.policy import MileagePolicy
from health.quality import Floats, Integers, Track

DEGREE_M = float(np.deg2rad(MileagePolicy.earth_radius_m))
"""A degree of a great circle [m]."""

LONGEST_FLAT_M = 10_000.0
"""Longest step taken as flat [m]: below it, and 70 degrees of latitude, this costs less than 1e-6. K"""


def haversine_m(lat_a: Floats, lon_a: Floats, lat_b: Floats, lon_b: Floats,
                radius_m: float = MileagePolicy.earth_radius_m) -> Floats:
    """Great-circle distance [m] between points in degrees. Haversine formula, exact on the sphere."""
    phi_a, phi_b = np.deg2rad(lat_a), np.deg2rad(lat_b)
    half_lat, half_lon = (phi_b - phi_a) / 2, np.deg2rad(lon_b - lon_a) / 2
    chord = np.sin(half_lat) ** 2 + np.cos(phi_a) * np.cos(phi_b) * np.sin(half_lon) ** 2
    result: Floats = 2 * radius_m * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))
    return result


@dataclass(frozen=True)
class Points:
    """Points on the earth in degrees, for many distances between the same fixes.

    A step is the hypotenuse of its parts along the meridian and the parallel: the haversine formula with sin x = x,
    within 1e-6 up to `LONGEST_FLAT_M`, and one cosine a fix instead of four functions of angles a pair.
    """

    lat: Floats
    lon: Floats
    parallel: Floats  # cosine of the latitude: length of a degree along the parallel beside one along the meridian

    @classmethod
    def of(cls, lat: Floats, lon: Floats) -> "Points":
        """Points at degrees of latitude and longitude."""
        return cls(lat, lon, np.cos(np.deg2rad(lat)))

    def __getitem__(self, chosen: Integers | slice) -> "Points":
        return Points(self.lat[chosen], self.lon[chosen], self.parallel[chosen])

    def square_to(self, other: "Points") -> Floats:
        """Square of the distance to as many other points [degrees of a great circle, squared]."""
        north, east = other.lat - self.lat, other.lon - self.lon
        result: Floats = north * north + self.parallel * other.parallel * (east * east)
        return result

    def metres_to(self, other: "Points") -> Floats:
        """Distance to as many other points [m]; steps too long for flat ground by the haversine formula."""
        metres = np.sqrt(self.square_to(other)) * DEGREE_M
        far = np.flatnonzero(metres > LONGEST_FLAT_M)
        metres[far] = haversine_m(self.lat[far], self.lon[far], other.lat[far], other.lon[far])
        return metres


def distinct_fixes(track: Track) -> Integers:
    """Rows whose position differs from the fix before, of the same vehicle: receivers repeat a held fix."""
    lat, lon = track.read("latitude"), track.read("longitude")
    rows = np.flatnonzero(~np.isnan(lat))
    if len(rows) == 0:
        return rows
    changed = np.ones(len(rows), dtype=np.bool_)
    changed[1:] = ((np.diff(lat[rows]) != 0) | (np.diff(lon[rows]) != 0) | (np.diff(track.vehicle[rows]) != 0))
    return rows[changed]


def steps_m(track: Track) -> Floats:
    """Distance from the previous distinct fix [m] at rows where the position changes; 0 elsewhere."""
    rows = distinct_fixes(track)
    result = np.zeros(len(track))
    if len(rows) < 2:
        return result
    lat, lon = track.columns["latitude"][rows], track.columns["longitude"][rows]
    step = haversine_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
    same = track.vehicle[rows][1:] == track.vehicle[rows][:-1]
    result[rows[1:]] = np.where(same, step, 0.0)
    return result
