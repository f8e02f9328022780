"""Distances between fixes of the satellite receiver."""

from dataclasses import dataclass

import numpy as np

from health.policy import MileagePolicy
from health.quality import Floats, Integers, Track


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
    """Points on the unit sphere, for many distances between the same fixes.

    The chord between two of them is the haversine formula's: the same distance, to 1e-8 for steps above 1 m, with the
    trigonometry done once per fix instead of once per pair.
    """

    x: Floats
    y: Floats
    z: Floats

    @classmethod
    def of(cls, lat: Floats, lon: Floats) -> "Points":
        """Points at degrees of latitude and longitude."""
        phi, theta = np.deg2rad(lat), np.deg2rad(lon)
        flat = np.cos(phi)
        return cls(flat * np.cos(theta), flat * np.sin(theta), np.sin(phi))

    def chord_square(self, begin: Integers, end: Integers) -> Floats:
        """Squared straight-line distance between points [1]."""
        result: Floats = ((self.x[end] - self.x[begin]) ** 2 + (self.y[end] - self.y[begin]) ** 2
                          + (self.z[end] - self.z[begin]) ** 2)
        return result


def arc_m(chord_square: Floats, radius_m: float = MileagePolicy.earth_radius_m) -> Floats:
    """Distance along the sphere [m] of a squared chord [1]."""
    result: Floats = 2 * radius_m * np.arcsin(np.minimum(np.sqrt(chord_square) / 2, 1.0))
    return result


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
