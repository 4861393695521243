-- Orleans clients of any role look up the gateways here. Addresses and states of silos are no secrets: a connection to a silo is refused without a certificate
-- where silos are reachable from elsewhere, and a call without a token everywhere.
GRANT USAGE ON SCHEMA graincast TO PUBLIC;
GRANT SELECT ON graincast.orleansquery, graincast.members, graincast.membership_versions TO PUBLIC;
