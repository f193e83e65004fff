-- depends: 0001-users

-- Who follows whom. The key serves timelines/followed and followers/following.

SET LOCAL lock_timeout = '5s';

CREATE TABLE followers (
    who_id bigint NOT NULL
        CONSTRAINT followers_are_users REFERENCES users (user_id),
    whom_id bigint NOT NULL
        CONSTRAINT followees_are_users REFERENCES users (user_id),
    CONSTRAINT followers_follow_once PRIMARY KEY (who_id, whom_id)
);

-- Reading the key alone is cheap where pages are known to be all visible: let vacuum come soon after inserts.
ALTER TABLE followers SET (autovacuum_vacuum_insert_scale_factor = 0.02);
