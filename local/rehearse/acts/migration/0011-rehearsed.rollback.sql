ALTER TABLE messages DROP COLUMN rehearsed;
