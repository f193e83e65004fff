-- depends: 0010-one-trigger-a-post

-- A column that the release before does not know of.
ALTER TABLE messages ADD COLUMN rehearsed text;
