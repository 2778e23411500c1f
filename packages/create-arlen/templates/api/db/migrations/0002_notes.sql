-- up
create table notes (
  id integer generated always as identity primary key,
  user_id integer not null references users on delete cascade,
  title text not null,
  body text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index notes_user_id on notes (user_id, updated_at desc);

-- down
drop table notes;
