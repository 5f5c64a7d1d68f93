-- Lists say which groups their hits are for; people belong to groups.

ALTER TABLE accounts ADD COLUMN groups TEXT NOT NULL DEFAULT '[]';   -- JSON array of names; empty: told of everything
ALTER TABLE hits ADD COLUMN told TEXT NOT NULL DEFAULT '[]';         -- JSON array of groups; empty: everybody
UPDATE hits SET told = coalesce(json_extract(document, '$.list.told'), '[]');
