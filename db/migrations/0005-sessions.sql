-- depends: 0001-users

-- Who is signed in on the site. The cookie holds a random token, this table only its SHA-256.

SET LOCAL lock_timeout = '5s';

CREATE TABLE sessions (
    token_hash bytea
        CONSTRAINT sessions_are_known_by_token PRIMARY KEY,
    user_id bigint NOT NULL
        CONSTRAINT sessions_belong_to_a_user REFERENCES users (user_id),
    expires_at timestamptz NOT NULL
);

-- sessions/open sweeps a few that have expired.
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
