-- up
create table users (id integer primary key, name text not null);
-- down
drop table users;
