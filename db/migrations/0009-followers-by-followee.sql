-- transactional: false
-- depends: 0003-followers

-- Who follows a user, the other way round than the key of followers. The key says whom somebody follows.

-- Built beside the running doors: nobody waits for it, it waits for the transactions that run. A door's end within
-- seconds; an hour-long dump would hold it up, and then it is better to say so than to hang.
SET lock_timeout = '60s';

-- What a build that was interrupted has left behind.
DROP INDEX CONCURRENTLY IF EXISTS followers_by_followee;

-- followers/followers reads one user's.
CREATE INDEX CONCURRENTLY followers_by_followee
    ON followers (whom_id, who_id);
