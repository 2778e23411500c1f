-- up
create table orders (
  id uuid primary key default gen_random_uuid(),
  total_cents integer not null check (total_cents >= 0),
  created_at timestamptz not null default now()
);

create table order_lines (
  order_id uuid not null references orders (id) on delete cascade,
  position integer not null,
  product_id integer not null references products (id),
  name text not null,
  quantity integer not null check (quantity > 0),
  price_cents integer not null check (price_cents >= 0),
  primary key (order_id, position)
);

create index order_lines_product on order_lines (product_id);

-- down
drop table order_lines;
drop table orders;
