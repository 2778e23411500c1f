-- up
create table users (
  id integer generated always as identity primary key,
  -- Lower-cased by the application, so that one address is one account.
  email text not null unique check (email = lower(email)),
  name text not null,
  password_hash text not null,
  -- Incremented to end every session of the user.
  session_epoch integer not null default 0,
  created_at timestamptz not null default now()
);

-- TOKEN_MIGRATION of @arlen/session: remembered logins and links that reset passwords.
create table arlen_one_time_tokens (
  purpose text not null,
  hash text not null,
  user_id text not null,
  epoch text,
  family text not null,
  expires_at timestamptz not null,
  spent_at timestamptz,
  primary key (purpose, hash)
);
create index arlen_one_time_tokens_user on arlen_one_time_tokens (purpose, user_id);
create index arlen_one_time_tokens_family on arlen_one_time_tokens (purpose, family);
create index arlen_one_time_tokens_expires_at on arlen_one_time_tokens (expires_at);

-- ENDED_SESSION_MIGRATION of @arlen/session: sessions that ended before their cookies expired.
create table arlen_ended_sessions (
  key text primary key,
  expires_at timestamptz not null
);
create index arlen_ended_sessions_expires_at on arlen_ended_sessions (expires_at);

-- down
drop table arlen_ended_sessions;
drop table arlen_one_time_tokens;
drop table users;
