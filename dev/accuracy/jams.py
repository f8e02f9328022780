"""Goal 11: does the jam measure tell labelled jams from free flow?"""

import numpy as np
import polars as pl

from dev.accuracy.recordings import Data, Recording
from dev.accuracy.rows import Figure, Row
from health.policy import DEFAULT
from health.quality import Booleans, Floats, clean
from health.road import centred_mean_kmh, free_flow_kmh
from health.samples import sample
from health.seconds import resample
from health.trips import cut_into_trips

FREE, NORMAL, JAM = 0, 1, 2


def jam_measure(data: Data) -> Row:
    """Area under the ROC curve of m60 / p90 over labelled seconds."""
    quantity = "jam measure against labelled seconds, area under ROC"
    scored = [labelled_slowness(recording) for recording in data.with_signals("speed_kmh", "label")]
    slowness, label = (np.concatenate(part) for part in zip(*scored, strict=True)) if scored else (np.zeros(0),) * 2
    if not np.any(label == JAM):
        return Row(11, quantity, missing="recordings with traffic labels (0 free, 1 normal, 2 jam)")
    return Row(11, quantity, (
        Figure("jam : free", area_under_roc(slowness[label == JAM], slowness[label == FREE]), "1", least=0.91),
        Figure("jam : normal", area_under_roc(slowness[label == JAM], slowness[label == NORMAL]), "1", least=0.80)))


def labelled_slowness(recording: Recording) -> tuple[Floats, Floats]:
    """1 - m60 / free flow of each observed second, and the label it was given."""
    track = clean(recording.readings.drop("label"))
    seconds = resample(sample(track, cut_into_trips(track, DEFAULT.trips), DEFAULT))
    samples = sample(track, cut_into_trips(track, DEFAULT.trips), DEFAULT)
    ratio = centred_mean_kmh(seconds, DEFAULT.road.mean_half_s) / np.maximum(free_flow_kmh(seconds, DEFAULT.road), 1.0)
    names = np.array(track.names)[samples.groups.vehicle[samples.segments.of_element]]
    labels = recording.readings.with_columns(pl.col("time").dt.epoch("us").alias("at")).unique(["vehicle", "at"])
    rows = pl.DataFrame({"vehicle": names[seconds.sample], "at": samples.time_us[seconds.sample]}).join(
        labels.select("vehicle", "at", "label"), on=["vehicle", "at"], how="left", maintain_order="left")
    label = rows["label"].fill_null(np.nan).to_numpy()
    seen: Booleans = seconds.observed & ~np.isnan(label)
    return 1 - ratio[seen], label[seen]


def area_under_roc(positive: Floats, negative: Floats) -> float:
    """Chance that a random positive scores above a random negative, ties counting half (Mann-Whitney)."""
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, side="left")
    up_to = np.searchsorted(ordered, positive, side="right")
    return float((below + up_to).mean() / 2 / len(negative))
