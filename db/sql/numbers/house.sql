-- How much there is of everything, how many people have how many followers, and the newest migration.
-- Asked by both doors when Prometheus asks them, twice a minute at most: the numbers are added up from
-- the row that triggers keep for each user, some 90 to a page. A million users are 11,000 pages, a
-- few tenths of a second each time; long before that matters, one row an hour in a table will do.
--
-- Budget: 2,000 buffers.
-- Scans: user_counts.

SELECT /* numbers/house */
    count(*) AS users,
    coalesce(sum(c.messages), 0)::bigint AS messages,
    coalesce(sum(c.following), 0)::bigint AS follows,
    count(*) FILTER (WHERE c.followers = 0) AS followed_by_none,
    count(*) FILTER (WHERE c.followers BETWEEN 1 AND 9) AS followed_by_few,
    count(*) FILTER (WHERE c.followers BETWEEN 10 AND 99) AS followed_by_tens,
    count(*) FILTER (WHERE c.followers BETWEEN 100 AND 999) AS followed_by_hundreds,
    count(*) FILTER (WHERE c.followers >= 1000) AS followed_by_thousands,
    (SELECT coalesce(max(m.migration_id), '') FROM _yoyo_migration AS m) AS migration
FROM user_counts AS c;
