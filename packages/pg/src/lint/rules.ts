/** What may be wrong with a statement, and how to do it safely. */
export interface Rule {
  problem: string
  recipe: string
  /**
   * `contract`: the release that still runs cannot live with it, so that it belongs into a later release than the code
   * that no longer needs it. Default `expand`.
   */
  phase?: 'contract'
}

/** The name of a rule of {@link lintMigration}. */
export type RuleName =
  | 'create_index_blocks_writes'
  | 'drop_index_blocks'
  | 'reindex_blocks'
  | 'concurrently_in_transaction'
  | 'add_not_null_column'
  | 'add_column_rewrites'
  | 'add_column_constraint_scans'
  | 'set_not_null_scans'
  | 'change_type_rewrites'
  | 'rename_column'
  | 'rename_table'
  | 'rename_enum_value'
  | 'foreign_key_scans'
  | 'check_scans'
  | 'unique_builds_index'
  | 'exclusion_builds_index'
  | 'validate_in_same_transaction'
  | 'drop_column'
  | 'drop_table'
  | 'drop_schema'
  | 'truncate'
  | 'table_rewrites'
  | 'lock_table'
  | 'disable_trigger'
  | 'refresh_blocks_reads'
  | 'detach_partition_blocks'
  | 'change_without_where'
  | 'json_has_no_equality'
  | 'syntax_error'

const OWN_FILE = 'in a file of its own, with the line "-- no transaction"'

/** The rules of {@link lintMigration}, by name. */
export const RULES: Readonly<Record<RuleName, Rule>> = {
  create_index_blocks_writes: {
    problem: 'CREATE INDEX keeps all writers of the table waiting until it is built',
    recipe: `CREATE INDEX CONCURRENTLY name ON …, ${OWN_FILE}`,
  },
  drop_index_blocks: {
    problem: 'DROP INDEX waits for every query on the table, and all later ones wait for it',
    recipe: `DROP INDEX CONCURRENTLY …, ${OWN_FILE}`,
  },
  reindex_blocks: {
    problem: 'REINDEX keeps writers, and readers of the index, waiting',
    recipe: `REINDEX (CONCURRENTLY) …, ${OWN_FILE}`,
  },
  concurrently_in_transaction: {
    problem: 'PostgreSQL refuses CONCURRENTLY inside a transaction',
    recipe: `put it ${OWN_FILE}`,
  },
  add_not_null_column: {
    problem:
      'a NOT NULL column without a default fails where the table has rows, and breaks inserts of the running release',
    recipe: 'add it with a DEFAULT, or add it nullable, fill it in batches, and set NOT NULL later',
    phase: 'contract',
  },
  add_column_rewrites: {
    problem:
      'a serial, identity, generated or volatile-default column rewrites the whole table under an connection lock',
    recipe: 'add the column without it, set the default for new rows, and fill old rows in batches',
  },
  add_column_constraint_scans: {
    problem: 'a constraint written with the new column is checked, or its index built, under an connection lock',
    recipe: 'add the column alone; add the constraint NOT VALID, and validate it in the next migration',
  },
  set_not_null_scans: {
    problem: 'SET NOT NULL reads the whole table under an connection lock, and breaks inserts of the running release',
    recipe:
      'ADD CONSTRAINT c CHECK (column IS NOT NULL) NOT VALID; in the next migration VALIDATE CONSTRAINT c, then SET NOT NULL, which then needs no scan',
    phase: 'contract',
  },
  change_type_rewrites: {
    problem:
      'changing a type rewrites the table under an connection lock, and the running release still sends the old type',
    recipe:
      'add a column of the new type, write both, fill it in batches, read the new one, and drop the old one in a later release',
    phase: 'contract',
  },
  rename_column: {
    problem: 'the running release still uses the old name',
    recipe: 'add a new column, write both, fill it, read the new one, and drop the old one in a later release',
    phase: 'contract',
  },
  rename_table: {
    problem: 'the running release still uses the old name',
    recipe: 'rename it and create a view of the old name in the same transaction; drop the view in a later release',
    phase: 'contract',
  },
  rename_enum_value: {
    problem: 'the running release still uses the old value',
    recipe: 'add the new value, write it, change the rows, and leave the old one',
    phase: 'contract',
  },
  foreign_key_scans: {
    problem: 'a foreign key checks every row while both tables take no writes',
    recipe: 'ADD CONSTRAINT … FOREIGN KEY … NOT VALID; in the next migration VALIDATE CONSTRAINT …',
  },
  check_scans: {
    problem: 'a constraint checks every row under an connection lock',
    recipe: 'ADD CONSTRAINT … NOT VALID; in the next migration VALIDATE CONSTRAINT …',
  },
  unique_builds_index: {
    problem: 'a unique or primary key constraint builds its index under an connection lock',
    recipe: `CREATE UNIQUE INDEX CONCURRENTLY i ON …, ${OWN_FILE}; then ADD CONSTRAINT … UNIQUE USING INDEX i`,
  },
  exclusion_builds_index: {
    problem: 'an exclusion constraint builds its index under an connection lock, and there is no way around',
    recipe: 'add it while the table is small, or check in a trigger',
  },
  validate_in_same_transaction: {
    problem: 'validating in the transaction that has added the constraint keeps its lock for the whole scan',
    recipe: 'put VALIDATE CONSTRAINT into the next migration',
  },
  drop_column: {
    problem: 'the running release may still use the column, and the data is gone',
    recipe: 'first release code that does not use it, then drop it',
    phase: 'contract',
  },
  drop_table: {
    problem: 'the running release may still use the table, and the data is gone',
    recipe: 'first release code that does not use it, then drop it',
    phase: 'contract',
  },
  drop_schema: {
    problem: 'everything in the schema is gone',
    recipe: 'first release code that does not use it, then drop it',
    phase: 'contract',
  },
  truncate: { problem: 'the data is gone', recipe: 'delete what is to go, in batches', phase: 'contract' },
  table_rewrites: {
    problem: 'the whole table is written anew under an connection lock',
    recipe: 'use an online tool such as pg_repack, or announce a pause',
  },
  lock_table: {
    problem: 'LOCK keeps others waiting for the whole transaction',
    recipe: 'leave it out: each statement takes the lock it needs',
  },
  disable_trigger: {
    problem: 'triggers, foreign keys among them, do not run for anybody meanwhile',
    recipe: 'set session_replication_role for the one session that has to',
  },
  refresh_blocks_reads: {
    problem: 'REFRESH MATERIALIZED VIEW keeps readers waiting',
    recipe: 'REFRESH MATERIALIZED VIEW CONCURRENTLY …, which needs a unique index',
  },
  detach_partition_blocks: {
    problem: 'DETACH PARTITION locks the whole partitioned table',
    recipe: `DETACH PARTITION … CONCURRENTLY, ${OWN_FILE}`,
  },
  change_without_where: {
    problem: 'every row is changed in one transaction: it holds its locks for all that time and doubles the table',
    recipe: 'change a few thousand rows at a time, outside of migrations or with a WHERE',
  },
  json_has_no_equality: {
    problem: 'json has no equality, so that SELECT DISTINCT and GROUP BY of the running release fail',
    recipe: 'use jsonb',
  },
  syntax_error: { problem: 'PostgreSQL does not understand it', recipe: 'mend it' },
}
