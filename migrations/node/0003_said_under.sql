-- What people decided and typed has times, too: they are corrected as those of transits are.
ALTER TABLE decisions ADD COLUMN boot TEXT;
ALTER TABLE decisions ADD COLUMN boot_started_ms INTEGER;
ALTER TABLE checks ADD COLUMN boot TEXT;
ALTER TABLE checks ADD COLUMN boot_started_ms INTEGER;
CREATE INDEX decisions_by_boot ON decisions (boot, boot_started_ms);
CREATE INDEX checks_by_boot ON checks (boot, boot_started_ms);
