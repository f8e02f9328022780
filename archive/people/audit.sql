-- append --
-- The API may only add to this table; it can neither read nor change it.
INSERT INTO audit (actor_kind, actor_id, action, object_kind, object_id, store_id, allowed)
VALUES (%(actor_kind)s, %(actor)s, %(action)s, %(object_kind)s, %(object)s, %(store)s, %(allowed)s)
