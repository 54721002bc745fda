-- Remembering is paused until then; none: it is not paused; the latest time there can be: until it is resumed.
ALTER TABLE store ADD COLUMN paused_until INTEGER;
