-- up
create table categories (
  id integer generated always as identity primary key,
  slug text not null unique,
  name text not null,
  position integer not null
);

create table products (
  id integer generated always as identity primary key,
  category_id integer not null references categories (id),
  slug text not null unique,
  name text not null,
  description text not null,
  price_cents integer not null check (price_cents > 0),
  stock integer not null check (stock >= 0),
  search tsvector generated always as (
    setweight(to_tsvector('english', name), 'A') || setweight(to_tsvector('english', description), 'B')
  ) stored
);

create index products_category on products (category_id, name);
create index products_name on products (name);
create index products_search on products using gin (search);

-- down
drop table products;
drop table categories;
