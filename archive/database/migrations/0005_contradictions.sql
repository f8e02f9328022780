-- Counting rows measured twice with different values, at no cost while there are none: the merge of hypertables.sql
-- calls this for each of them. The count lives as long as the transaction.

CREATE FUNCTION note_contradiction() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('pitcall.contradictions',
                       (coalesce(nullif(current_setting('pitcall.contradictions', true), ''), '0')::integer + 1)::text,
                       true);
    RETURN true;
END
$$;
