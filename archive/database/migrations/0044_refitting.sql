-- A device moves from car to car, and a revoked one makes room for its successor: its fitting ends, what it measured stays.

GRANT UPDATE (during) ON fitting TO pitcall_api;
