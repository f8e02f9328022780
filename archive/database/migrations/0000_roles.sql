-- Extensions and the five roles of design.md 2. Run by whoever connects (needs CREATE EXTENSION and CREATEROLE);
-- every later migration runs as pitcall_owner. None of the working roles owns a table or bypasses row security.

CREATE EXTENSION IF NOT EXISTS timescaledb;
CREATE EXTENSION IF NOT EXISTS btree_gist;

DO $$
DECLARE
    working text;
BEGIN
    FOREACH working IN ARRAY ARRAY['pitcall_owner', 'pitcall_ingest', 'pitcall_health', 'pitcall_api', 'pitcall_backup']
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = working) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOBYPASSRLS', working);
        END IF;
    END LOOP;
    ALTER ROLE pitcall_backup BYPASSRLS;
    EXECUTE format('GRANT pitcall_owner TO %I', current_user);
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO pitcall_owner;
GRANT USAGE ON SCHEMA public TO pitcall_ingest, pitcall_health, pitcall_api, pitcall_backup;
