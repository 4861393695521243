-- The one table whose shape Orleans fixes: its ADO.NET providers read their SQL from here when a silo starts.
-- All names below are qualified, so that only this table depends on the connection's search path.
CREATE TABLE graincast.orleansquery (
    querykey   text PRIMARY KEY,
    querytext  text NOT NULL
);
COMMENT ON TABLE graincast.orleansquery IS 'The SQL of Orleans'' ADO.NET providers, by key.';
