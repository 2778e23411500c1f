-- up
create table users (
  id integer generated always as identity primary key,
  -- Lower-cased by the application, so that one address is one account.
  email text not null unique check (email = lower(email)),
  password_hash text not null,
  created_at timestamptz not null default now()
);

-- API_KEY_MIGRATION of @arlen/session: the tokens that programs send.
create table arlen_api_keys (
  prefix text primary key,
  hash text not null,
  user_id text not null,
  name text not null,
  scopes text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz
);
create index arlen_api_keys_user_id on arlen_api_keys (user_id);
create index arlen_api_keys_expires_at on arlen_api_keys (expires_at) where expires_at is not null;

-- down
drop table arlen_api_keys;
drop table users;
