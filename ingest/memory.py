"""How the process of ingest asks for memory: imported first of all, and only there, for it costs others speed."""

import ctypes
import os

# Read by the allocator inside Polars when that is loaded, hence here. One arena that gives back what is free after a
# tenth of a second, instead of one for each thread and half a second: 20 MB less with messages of 300 samples, at the
# same speed (docs/speed.md).
os.environ.setdefault("_RJEM_MALLOC_CONF", "narenas:1,dirty_decay_ms:100,muzzy_decay_ms:0,background_thread:true")

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Parameters of glibc's mallopt(3): what Python itself frees goes back too, instead of staying with each thread."""

if _mallopt := getattr(ctypes.CDLL(None), "mallopt", None):  # other C libraries have no such thing
    _mallopt(_ARENA_MAX, 2)
    _mallopt(_TRIM_THRESHOLD, 1_000_000)
    _mallopt(_MMAP_THRESHOLD, 65_536)
