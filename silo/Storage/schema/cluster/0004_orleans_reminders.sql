-- What wakes grains later. A silo reads the range of hashes that it owns; a range may wrap around the ring's end.

CREATE TABLE graincast.reminders (
    serviceid     text NOT NULL,
    grainid       text NOT NULL,
    remindername  text NOT NULL,
    starttime     timestamptz NOT NULL,
    period        bigint NOT NULL,
    grainhash     integer NOT NULL,
    version       integer NOT NULL,
    PRIMARY KEY (serviceid, grainid, remindername)
);
CREATE INDEX reminders_grainhash ON graincast.reminders (serviceid, grainhash);
COMMENT ON COLUMN graincast.reminders.period IS 'Milliseconds.';

INSERT INTO graincast.orleansquery (querykey, querytext) VALUES
('UpsertReminderRowKey', $q$
INSERT INTO graincast.reminders AS r (serviceid, grainid, remindername, starttime, period, grainhash, version)
VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
ON CONFLICT (serviceid, grainid, remindername) DO UPDATE
SET starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash, version = r.version + 1
RETURNING version
$q$),
('ReadReminderRowsKey', $q$
SELECT grainid, remindername, starttime, period, version FROM graincast.reminders
WHERE serviceid = @ServiceId AND grainid = @GrainId
$q$),
('ReadReminderRowKey', $q$
SELECT grainid, remindername, starttime, period, version FROM graincast.reminders
WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName
$q$),
('ReadRangeRows1Key', $q$
SELECT grainid, remindername, starttime, period, version FROM graincast.reminders
WHERE serviceid = @ServiceId AND grainhash > @BeginHash AND grainhash <= @EndHash
$q$),
('ReadRangeRows2Key', $q$
SELECT grainid, remindername, starttime, period, version FROM graincast.reminders
WHERE serviceid = @ServiceId AND (grainhash > @BeginHash OR grainhash <= @EndHash)
$q$),
('DeleteReminderRowKey', $q$
WITH gone AS (
    DELETE FROM graincast.reminders
    WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName AND version = @Version
    RETURNING 1
)
SELECT count(*)::int FROM gone
$q$),
('DeleteReminderRowsKey', $q$
DELETE FROM graincast.reminders WHERE serviceid = @ServiceId
$q$);
