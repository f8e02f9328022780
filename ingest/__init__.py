"""From the broker into the database: every message stored exactly once, or buried with its reason."""

import os

# Read by the allocator inside Polars when that is loaded, hence here. One arena that gives back what is free after a
# tenth of a second, instead of one for each thread and half a second: 20 MB less with messages of 300 samples, at the
# same speed (docs/speed.md).
os.environ.setdefault("_RJEM_MALLOC_CONF", "narenas:1,dirty_decay_ms:100,muzzy_decay_ms:0,background_thread:true")
