-- depends: 0001-users

-- What people write. Order and pages go by message_id; published_at is for display only.
-- A hidden message is in no timeline, and comes back when it is unhidden.

SET LOCAL lock_timeout = '5s';

CREATE TABLE messages (
    message_id bigint GENERATED ALWAYS AS IDENTITY
        CONSTRAINT messages_are_known_by_id PRIMARY KEY,
    author_id bigint NOT NULL
        CONSTRAINT messages_have_an_author REFERENCES users (user_id),
    content text NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    hidden boolean NOT NULL DEFAULT false
);

-- timelines/public reads its newest; timelines/followed walks it, and finds the author in the index itself.
-- Ascending, although it is read backwards: ids only grow, so its pages fill up instead of splitting in halves.
CREATE INDEX messages_shown_in_order
    ON messages (message_id) INCLUDE (author_id) WHERE NOT hidden;

-- timelines/by_author reads one author's; timelines/followed reads those of several followees.
CREATE INDEX messages_shown_by_author
    ON messages (author_id, message_id) WHERE NOT hidden;

-- The walk is cheap where pages are known to be all visible: let vacuum come soon after inserts.
ALTER TABLE messages SET (autovacuum_vacuum_insert_scale_factor = 0.02);
