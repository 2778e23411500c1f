-- no transaction
-- up
create index concurrently orders_user_created on orders (user_id, created_at desc);

-- down
drop index concurrently orders_user_created;
