-- up
-- TOKEN_MIGRATION of @arlen/session as it is now. Remembered logins without an epoch count no more: people log in once again.
delete from arlen_one_time_tokens;
alter table arlen_one_time_tokens
  add column epoch text,
  add column family text not null,
  add column spent_at timestamptz;
create index arlen_one_time_tokens_family on arlen_one_time_tokens (purpose, family);

-- down
alter table arlen_one_time_tokens
  drop column epoch,
  drop column family,
  drop column spent_at;
