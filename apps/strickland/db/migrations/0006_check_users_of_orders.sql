-- up
alter table orders validate constraint orders_user;

-- down
select 1; -- what was found to hold needs no taking back
