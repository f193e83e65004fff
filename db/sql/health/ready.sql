-- Can the tables be read? The answer itself does not matter.
-- Asked by GET /readyz of both doors. No parameters.
--
-- Budget: 5 buffers.

SELECT /* health/ready */ EXISTS (SELECT 1 FROM users AS u) AS ready;
