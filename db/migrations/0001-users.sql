-- People. A name is taken once; an e-mail may be used twice.

SET LOCAL lock_timeout = '5s';

CREATE TABLE users (
    user_id bigint GENERATED ALWAYS AS IDENTITY
        CONSTRAINT users_are_known_by_id PRIMARY KEY,
    username text COLLATE "C" NOT NULL
        CONSTRAINT users_name_is_taken_once UNIQUE,
    email text NOT NULL,
    password_hash text NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT now()
);
