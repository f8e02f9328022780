-- act_for --
-- Row security asks these; they end with the transaction, so a pooled connection never carries them on.
SELECT set_config('pitcall.customer_id', %(customer)s, true), set_config('pitcall.staff_id', %(staff)s, true)
