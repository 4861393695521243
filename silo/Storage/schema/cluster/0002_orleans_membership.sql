-- Which silos there are. Every change of a member is a compare-and-set on the deployment's version: the UPDATE of the version row
-- comes first and locks it, so a loser sees the new version and leaves no member row behind.

CREATE TABLE graincast.membership_versions (
    deploymentid  text PRIMARY KEY,
    version       integer NOT NULL DEFAULT 0,
    changed_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE graincast.members (
    deploymentid   text NOT NULL REFERENCES graincast.membership_versions ON DELETE CASCADE,
    address        text NOT NULL,
    port           integer NOT NULL,
    generation     integer NOT NULL,
    siloname       text NOT NULL,
    hostname       text NOT NULL,
    status         integer NOT NULL,
    proxyport      integer,
    suspecttimes   text,
    starttime      timestamptz NOT NULL,
    iamalivetime   timestamptz NOT NULL,
    PRIMARY KEY (deploymentid, address, port, generation)
);
COMMENT ON COLUMN graincast.members.status IS 'Orleans'' SiloStatus: 3 = Active, 6 = Dead.';

INSERT INTO graincast.orleansquery (querykey, querytext) VALUES
('InsertMembershipVersionKey', $q$
WITH created AS (
    INSERT INTO graincast.membership_versions (deploymentid) VALUES (@DeploymentId)
    ON CONFLICT DO NOTHING RETURNING 1
)
SELECT count(*)::int FROM created
$q$),
('InsertMembershipKey', $q$
WITH won AS (
    UPDATE graincast.membership_versions v SET version = v.version + 1, changed_at = now()
    WHERE v.deploymentid = @DeploymentId AND v.version = @Version AND NOT EXISTS (
        SELECT FROM graincast.members m
        WHERE m.deploymentid = @DeploymentId AND m.address = @Address AND m.port = @Port AND m.generation = @Generation)
    RETURNING v.deploymentid
), created AS (
    INSERT INTO graincast.members (deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
    SELECT won.deploymentid, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM won
    RETURNING 1
)
SELECT count(*)::int FROM created
$q$),
('UpdateMembershipKey', $q$
WITH won AS (
    UPDATE graincast.membership_versions v SET version = v.version + 1, changed_at = now()
    WHERE v.deploymentid = @DeploymentId AND v.version = @Version AND EXISTS (
        SELECT FROM graincast.members m
        WHERE m.deploymentid = @DeploymentId AND m.address = @Address AND m.port = @Port AND m.generation = @Generation)
    RETURNING v.deploymentid
), changed AS (
    UPDATE graincast.members m SET status = @Status, suspecttimes = @SuspectTimes, iamalivetime = @IAmAliveTime
    FROM won
    WHERE m.deploymentid = won.deploymentid AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
    RETURNING 1
)
SELECT count(*)::int FROM changed
$q$),
('UpdateIAmAlivetimeKey', $q$
UPDATE graincast.members SET iamalivetime = @IAmAliveTime
WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$q$),
('MembershipReadRowKey', $q$
SELECT v.deploymentid, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport, m.suspecttimes, m.starttime, m.iamalivetime, v.version
FROM graincast.membership_versions v
LEFT JOIN graincast.members m ON m.deploymentid = v.deploymentid AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
WHERE v.deploymentid = @DeploymentId
$q$),
('MembershipReadAllKey', $q$
SELECT v.deploymentid, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport, m.suspecttimes, m.starttime, m.iamalivetime, v.version
FROM graincast.membership_versions v
LEFT JOIN graincast.members m ON m.deploymentid = v.deploymentid
WHERE v.deploymentid = @DeploymentId
$q$),
('GatewaysQueryKey', $q$
SELECT address, proxyport, generation FROM graincast.members
WHERE deploymentid = @DeploymentId AND status = @Status AND proxyport > 0
$q$),
('DeleteMembershipTableEntriesKey', $q$
DELETE FROM graincast.membership_versions WHERE deploymentid = @DeploymentId
$q$),
('CleanupDefunctSiloEntriesKey', $q$
DELETE FROM graincast.members WHERE deploymentid = @DeploymentId AND status = 6 AND iamalivetime < @IAmAliveTime
$q$),
('CleanupDefunctSiloEntryKey', $q$
DELETE FROM graincast.members
WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation AND status = 6
  AND suspecttimes IS NOT DISTINCT FROM @SuspectTimes AND starttime = @StartTime AND iamalivetime = @IAmAliveTime
$q$);
