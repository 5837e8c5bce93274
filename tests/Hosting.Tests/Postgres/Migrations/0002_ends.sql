-- The server goes away in the middle of it, as often as table cuts says.
SELECT pg_terminate_backend(pg_backend_pid()) FROM cuts WHERE nextval('cut_count') <= left_over;
INSERT INTO things VALUES (100);
