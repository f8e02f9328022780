-- A certificate authority of our own for devices that log in at the broker with a client certificate.

CREATE TABLE certificate_authority (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    certificate text NOT NULL,
    data_key_id bigint NOT NULL REFERENCES data_key,
    key_sealed bytea NOT NULL,
    crl text NOT NULL,
    crl_number bigint NOT NULL,
    crl_issued_at timestamptz NOT NULL
);
COMMENT ON COLUMN certificate_authority.crl IS 'revoked certificates, signed; broker-sync carries it to the broker as it is';

CREATE TABLE device_certificate (
    serial text PRIMARY KEY,
    device_key integer NOT NULL REFERENCES device,
    issued_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
COMMENT ON COLUMN device_certificate.serial IS 'hexadecimal; the private key is the device''s alone and nowhere here';
CREATE INDEX device_certificate_by_device ON device_certificate (device_key);

GRANT SELECT (certificate, crl) ON certificate_authority TO pitcall_ingest;
GRANT SELECT ON device_certificate TO pitcall_ingest;
GRANT SELECT, UPDATE (crl, crl_number, crl_issued_at) ON certificate_authority TO pitcall_api;
GRANT SELECT, INSERT, UPDATE (revoked_at) ON device_certificate TO pitcall_api;
GRANT SELECT ON certificate_authority, device_certificate TO pitcall_backup;

ALTER TABLE device_certificate ENABLE ROW LEVEL SECURITY;
ALTER TABLE device_certificate FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON device_certificate TO pitcall_owner, pitcall_ingest USING (true);
CREATE POLICY with_the_device ON device_certificate TO pitcall_api USING (
    EXISTS (SELECT FROM device AS seen WHERE seen.device_key = device_certificate.device_key));

-- One list for all stores, whoever signs it next: numbers only.
CREATE FUNCTION revoked_certificates() RETURNS TABLE (serial text, revoked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
    $$ SELECT serial, revoked_at FROM device_certificate WHERE revoked_at IS NOT NULL AND expires_at > now() $$;
REVOKE EXECUTE ON FUNCTION revoked_certificates() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION revoked_certificates() TO pitcall_api;
