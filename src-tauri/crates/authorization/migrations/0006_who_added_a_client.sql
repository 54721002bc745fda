-- By whose hand a client was registered beforehand, in the words of the trail; none: before this was kept, or the
-- client registered itself. An assistant with a shell can add one at a terminal, and the window is to say so.
ALTER TABLE clients ADD COLUMN added_by TEXT;
