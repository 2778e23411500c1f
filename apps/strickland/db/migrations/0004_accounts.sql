-- up
create table users (
  id integer generated always as identity primary key,
  -- Lower-cased by the application, so that one address is one account.
  email text not null unique check (email = lower(email)),
  name text not null,
  password_hash text not null,
  role text not null default 'customer' check (role in ('customer', 'admin')),
  -- Raised to end every session of the user.
  session_epoch integer not null default 0,
  created_at timestamptz not null default now()
);

-- TOKEN_MIGRATION of @arlen/session: logins that are remembered.
create table arlen_one_time_tokens (
  purpose text not null,
  hash text not null,
  user_id text not null,
  expires_at timestamptz not null,
  primary key (purpose, hash)
);
create index arlen_one_time_tokens_user on arlen_one_time_tokens (purpose, user_id);
create index arlen_one_time_tokens_expires_at on arlen_one_time_tokens (expires_at);

-- down
drop table arlen_one_time_tokens;
drop table users;
