-- up
-- ENDED_SESSION_MIGRATION of @arlen/session: logins that were ended while their cookies still open.
create table arlen_ended_sessions (
  key text primary key,
  expires_at timestamptz not null
);
create index arlen_ended_sessions_expires_at on arlen_ended_sessions (expires_at);

-- down
drop table arlen_ended_sessions;
