-- Each broker asks every two seconds who of its shards' devices may come in.
CREATE INDEX device_by_shard ON device (shard);
