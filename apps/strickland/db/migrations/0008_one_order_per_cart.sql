-- no transaction
-- up
create unique index concurrently orders_cart on orders (cart_id);

-- down
drop index concurrently orders_cart;
