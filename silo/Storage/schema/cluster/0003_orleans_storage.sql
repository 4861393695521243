-- What grains remember. A write names the version that it read (none for a first write); on a conflict that version comes back unchanged.

CREATE TABLE graincast.grain_states (
    grainidhash             integer NOT NULL,
    grainidn0               bigint NOT NULL,
    grainidn1               bigint NOT NULL,
    graintypehash           integer NOT NULL,
    graintypestring         text NOT NULL,
    grainidextensionstring  text,
    serviceid               text NOT NULL,
    payloadbinary           bytea,
    version                 integer NOT NULL,
    modified_at             timestamptz NOT NULL DEFAULT now()
);
-- Without it two first writes of one grain both succeed and leave two rows.
CREATE UNIQUE INDEX grain_states_key ON graincast.grain_states
    (serviceid, graintypestring, graintypehash, grainidhash, grainidn0, grainidn1, coalesce(grainidextensionstring, ''));

INSERT INTO graincast.orleansquery (querykey, querytext) VALUES
('ReadFromStorageKey', $q$
SELECT payloadbinary, version FROM graincast.grain_states
WHERE serviceid = @ServiceId AND graintypestring = @GrainTypeString AND graintypehash = @GrainTypeHash AND grainidhash = @GrainIdHash
  AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1 AND coalesce(grainidextensionstring, '') = coalesce(@GrainIdExtensionString::text, '')
$q$),
('WriteToStorageKey', $q$
WITH changed AS (
    UPDATE graincast.grain_states SET payloadbinary = @PayloadBinary::bytea, version = version + 1, modified_at = now()
    WHERE serviceid = @ServiceId AND graintypestring = @GrainTypeString AND graintypehash = @GrainTypeHash AND grainidhash = @GrainIdHash
      AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1 AND coalesce(grainidextensionstring, '') = coalesce(@GrainIdExtensionString::text, '')
      AND version = @GrainStateVersion::int
    RETURNING version
), created AS (
    INSERT INTO graincast.grain_states
        (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid, payloadbinary, version)
    SELECT @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString::text, @ServiceId, @PayloadBinary::bytea, 1
    WHERE @GrainStateVersion::int IS NULL
    ON CONFLICT DO NOTHING
    RETURNING version
)
SELECT coalesce((SELECT version FROM changed), (SELECT version FROM created), @GrainStateVersion::int) AS NewGrainStateVersion
$q$),
('ClearStorageKey', $q$
UPDATE graincast.grain_states SET payloadbinary = NULL, version = version + 1, modified_at = now()
WHERE serviceid = @ServiceId AND graintypestring = @GrainTypeString AND graintypehash = @GrainTypeHash AND grainidhash = @GrainIdHash
  AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1 AND coalesce(grainidextensionstring, '') = coalesce(@GrainIdExtensionString::text, '')
  AND version = @GrainStateVersion::int
RETURNING version AS NewGrainStateVersion
$q$),
('DeleteStorageKey', $q$
DELETE FROM graincast.grain_states
WHERE serviceid = @ServiceId AND graintypestring = @GrainTypeString AND graintypehash = @GrainTypeHash AND grainidhash = @GrainIdHash
  AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1 AND coalesce(grainidextensionstring, '') = coalesce(@GrainIdExtensionString::text, '')
  AND version = @GrainStateVersion::int
RETURNING version + 1 AS NewGrainStateVersion
$q$);
