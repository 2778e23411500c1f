-- up
create function tell_stock() returns trigger language plpgsql as $$
begin
  perform pg_notify('stock', json_build_object('product', new.id, 'left', new.stock)::text);
  return null;
end
$$;

create trigger products_tell_stock after update of stock on products
for each row when (old.stock is distinct from new.stock) execute function tell_stock();

-- down
drop trigger products_tell_stock on products;
drop function tell_stock();
