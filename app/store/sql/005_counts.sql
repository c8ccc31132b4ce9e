-- How many of its entity a report speaks of: rules that count need it beside the party and the platform.
ALTER TABLE profiles ADD COLUMN strength INTEGER;
