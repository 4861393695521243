-- What the silos sign tokens with. Whoever reads it can act for any role: it is the silo's role's alone (no GRANT), and no dump that others may read should hold it.
CREATE TABLE graincast.token_keys (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key         bytea NOT NULL CHECK (octet_length(key) = 32),
    created_at  timestamptz NOT NULL DEFAULT now()
);
REVOKE ALL ON graincast.token_keys FROM PUBLIC;
COMMENT ON TABLE graincast.token_keys IS 'Keys of tokens: a new one each day, the last three verify. A key that leaked: delete its row, within a minute its tokens are worth nothing.';
