-- up
-- Orders that come by the API have neither. A cart becomes one order, however often it is sent.
alter table orders
  add column user_id integer,
  add column cart_id uuid;
alter table orders add constraint orders_user foreign key (user_id) references users (id) not valid;

-- down
alter table orders drop column user_id, drop column cart_id;
