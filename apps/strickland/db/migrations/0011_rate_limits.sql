-- up
-- Counts need not survive a crash.
create unlogged table arlen_rate_limits (
  rule text not null,
  key text not null,
  a float8 not null,
  b float8 not null,
  c float8 not null,
  allowed boolean not null,
  expires_at timestamptz not null,
  primary key (rule, key)
);
create index arlen_rate_limits_expires_at on arlen_rate_limits (expires_at);

-- down
drop table arlen_rate_limits;
