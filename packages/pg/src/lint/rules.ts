// One table, which is read as a whole: what each rule says, by name. The names are written out once more as a type, which
// declarations that are made file by file (isolatedDeclarations) cannot derive from it.

/** The possible problems of a statement. */
export interface Rule {
  problem: string
  /** The lock it takes, and until when. Omitted if the problem is not a lock. */
  lock?: { mode: LockMode; during: string }
  /**
   * `contract`: the release that still runs cannot work with it, so it belongs in a later release than the code that no
   * longer needs it. Default `expand`.
   */
  phase?: 'contract'
  /** The page of the PostgreSQL manual that explains it. */
  page: string
}

type LockMode = 'ACCESS EXCLUSIVE' | 'SHARE ROW EXCLUSIVE' | 'SHARE' | 'ROW EXCLUSIVE'

/** What must wait for each lock. */
export const WAITING: Readonly<Record<LockMode, string>> = {
  'ACCESS EXCLUSIVE': 'reads and writes wait',
  'SHARE ROW EXCLUSIVE': 'writes wait',
  SHARE: 'writes wait',
  'ROW EXCLUSIVE': 'changes of the same rows wait',
}

/** The name of a rule of {@link lintMigration}. */
export type RuleName =
  | 'create_index_blocks_writes'
  | 'drop_index_blocks'
  | 'reindex_blocks'
  | 'concurrently_in_transaction'
  | 'cannot_run_in_transaction'
  | 'enum_value_used_at_once'
  | 'add_not_null_column'
  | 'add_column_rewrites'
  | 'add_column_constraint_scans'
  | 'add_reference_locks'
  | 'set_not_null_scans'
  | 'change_type_rewrites'
  | 'rename_column'
  | 'rename_table'
  | 'rename_view'
  | 'rename_function'
  | 'rename_type'
  | 'rename_sequence'
  | 'rename_enum_value'
  | 'rename_object'
  | 'set_schema'
  | 'foreign_key_scans'
  | 'check_scans'
  | 'domain_constraint_scans'
  | 'unique_builds_index'
  | 'exclusion_builds_index'
  | 'validate_in_same_transaction'
  | 'drop_constraint'
  | 'drop_default'
  | 'drop_not_null'
  | 'identity_always'
  | 'drop_column'
  | 'drop_table'
  | 'drop_view'
  | 'drop_function'
  | 'drop_type'
  | 'drop_sequence'
  | 'drop_extension'
  | 'drop_schema'
  | 'drop_database'
  | 'drop_trigger'
  | 'drop_policy'
  | 'drop_object'
  | 'drop_owned'
  | 'revoke'
  | 'change_policy'
  | 'truncate'
  | 'table_rewrites'
  | 'lock_table'
  | 'disable_trigger'
  | 'enable_row_security'
  | 'refresh_blocks_reads'
  | 'attach_partition_scans'
  | 'detach_partition_blocks'
  | 'no_inherit'
  | 'change_without_where'
  | 'json_has_no_equality'
  | 'name_too_long'
  | 'syntax_error'

const EVERY_ROW_READ = { mode: 'ACCESS EXCLUSIVE', during: 'while every row is read' } as const
const EVERY_ROW_WRITTEN = { mode: 'ACCESS EXCLUSIVE', during: 'while every row is rewritten' } as const
const INDEX_BUILT = { mode: 'ACCESS EXCLUSIVE', during: 'until the index is built' } as const
const BRIEFLY = {
  mode: 'ACCESS EXCLUSIVE',
  during: 'until the transaction ends, after waiting for every query under way',
} as const
const OLD_NAME = 'the running release still uses the old name'

const dropped = (what: string, page: string): Rule => {
  return { problem: `the running release may still use the ${what}`, phase: 'contract', page }
}

/** The rules of {@link lintMigration}, by name. */
export const RULES: Readonly<Record<RuleName, Rule>> = {
  create_index_blocks_writes: {
    problem:
      'CREATE INDEX keeps all writers of the table waiting until it is built; CREATE INDEX CONCURRENTLY does not',
    lock: { mode: 'SHARE', during: 'until the index is built' },
    page: 'sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
  },
  drop_index_blocks: {
    problem: 'DROP INDEX waits for every query on the table, and all later ones wait for it',
    lock: BRIEFLY,
    page: 'sql-dropindex.html',
  },
  reindex_blocks: {
    problem: 'REINDEX keeps writers, and readers of the index, waiting',
    lock: { mode: 'SHARE', during: 'until the indexes are built' },
    page: 'sql-reindex.html#SQL-REINDEX-CONCURRENTLY',
  },
  concurrently_in_transaction: {
    problem: 'PostgreSQL refuses CONCURRENTLY inside a transaction',
    page: 'sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
  },
  cannot_run_in_transaction: {
    problem: 'PostgreSQL refuses this statement inside a transaction',
    page: 'sql-begin.html',
  },
  enum_value_used_at_once: {
    problem: 'PostgreSQL refuses to use an enum value in the transaction that adds it',
    page: 'sql-altertype.html#SQL-ALTERTYPE-NOTES',
  },
  add_not_null_column: {
    problem:
      'a NOT NULL column without a default fails where the table has rows, and breaks inserts of the running release',
    lock: EVERY_ROW_READ,
    phase: 'contract',
    page: 'sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-COLUMN',
  },
  add_column_rewrites: {
    problem: 'a serial, identity, generated or volatile-default column rewrites the whole table',
    lock: EVERY_ROW_WRITTEN,
    page: 'sql-altertable.html#SQL-ALTERTABLE-NOTES',
  },
  add_column_constraint_scans: {
    problem: 'a constraint written with the new column is checked, or its index built, under the lock of ADD COLUMN',
    lock: EVERY_ROW_READ,
    page: 'sql-altertable.html#SQL-ALTERTABLE-NOTES',
  },
  add_reference_locks: {
    problem:
      'a foreign key written with the new column locks both tables at once: writers of the other one wait for what ADD COLUMN waits for',
    lock: { mode: 'SHARE ROW EXCLUSIVE', during: 'until the transaction ends, though no row is read' },
    page: 'sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT',
  },
  set_not_null_scans: {
    problem: 'SET NOT NULL reads the whole table, and breaks inserts of the running release that leave the column out',
    lock: EVERY_ROW_READ,
    phase: 'contract',
    page: 'sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL',
  },
  change_type_rewrites: {
    problem: 'changing a type rewrites the whole table, and the running release still sends the old type',
    lock: EVERY_ROW_WRITTEN,
    phase: 'contract',
    page: 'sql-altertable.html#SQL-ALTERTABLE-NOTES',
  },
  rename_column: { problem: OLD_NAME, lock: BRIEFLY, phase: 'contract', page: 'sql-altertable.html' },
  rename_table: { problem: OLD_NAME, lock: BRIEFLY, phase: 'contract', page: 'sql-altertable.html' },
  rename_view: { problem: OLD_NAME, lock: BRIEFLY, phase: 'contract', page: 'sql-alterview.html' },
  rename_function: { problem: OLD_NAME, phase: 'contract', page: 'sql-alterfunction.html' },
  rename_type: { problem: OLD_NAME, phase: 'contract', page: 'sql-altertype.html' },
  rename_sequence: { problem: OLD_NAME, lock: BRIEFLY, phase: 'contract', page: 'sql-altersequence.html' },
  rename_enum_value: {
    problem: 'the running release still uses the old value',
    phase: 'contract',
    page: 'sql-altertype.html',
  },
  rename_object: { problem: OLD_NAME, phase: 'contract', page: 'sql-commands.html' },
  set_schema: {
    problem: 'the running release looks for it in the old schema',
    lock: BRIEFLY,
    phase: 'contract',
    page: 'sql-altertable.html#SQL-ALTERTABLE-DESC-SET-SCHEMA',
  },
  foreign_key_scans: {
    problem: 'a foreign key checks every row while both tables take no writes',
    lock: { mode: 'SHARE ROW EXCLUSIVE', during: 'while every row is read' },
    page: 'sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT',
  },
  check_scans: {
    problem: 'a constraint checks every row',
    lock: EVERY_ROW_READ,
    page: 'sql-altertable.html#SQL-ALTERTABLE-NOTES',
  },
  domain_constraint_scans: {
    problem: 'a constraint of a domain checks every row of every table that has a column of it',
    lock: { mode: 'SHARE', during: 'while every row of these tables is read' },
    page: 'sql-alterdomain.html',
  },
  unique_builds_index: {
    problem: 'a unique or primary key constraint builds its index',
    lock: INDEX_BUILT,
    page: 'sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT-USING-INDEX',
  },
  exclusion_builds_index: {
    problem: 'an exclusion constraint builds its index, and there is no way around',
    lock: INDEX_BUILT,
    page: 'sql-createtable.html#SQL-CREATETABLE-EXCLUDE',
  },
  validate_in_same_transaction: {
    problem: 'validating in the transaction that has added the constraint keeps its lock for the whole scan',
    lock: EVERY_ROW_READ,
    page: 'sql-altertable.html#SQL-ALTERTABLE-NOTES',
  },
  drop_constraint: {
    problem:
      'what the constraint ensured no longer holds: ON CONFLICT of the running release over its columns fails, cascades do not run',
    lock: BRIEFLY,
    phase: 'contract',
    page: 'sql-altertable.html#SQL-ALTERTABLE-DESC-DROP-CONSTRAINT',
  },
  drop_default: {
    problem: 'inserts of the running release that leave the column out fail or store NULL',
    lock: BRIEFLY,
    phase: 'contract',
    page: 'sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-DEFAULT',
  },
  drop_not_null: {
    problem: 'the running release may read NULL where it expects a value',
    lock: BRIEFLY,
    phase: 'contract',
    page: 'sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL',
  },
  identity_always: {
    problem: 'GENERATED ALWAYS refuses the values that the running release may write',
    lock: BRIEFLY,
    phase: 'contract',
    page: 'sql-altertable.html#SQL-ALTERTABLE-DESC-GENERATED-IDENTITY',
  },
  drop_column: {
    problem: 'the running release may still use the column, and the data is gone',
    lock: BRIEFLY,
    phase: 'contract',
    page: 'sql-altertable.html#SQL-ALTERTABLE-DESC-DROP-COLUMN',
  },
  drop_table: {
    problem: 'the running release may still use the table, and the data is gone',
    lock: BRIEFLY,
    phase: 'contract',
    page: 'sql-droptable.html',
  },
  drop_view: { ...dropped('view', 'sql-dropview.html'), lock: BRIEFLY },
  drop_function: dropped('function', 'sql-dropfunction.html'),
  drop_type: dropped('type', 'sql-droptype.html'),
  drop_sequence: { ...dropped('sequence', 'sql-dropsequence.html'), lock: BRIEFLY },
  drop_extension: dropped('types and functions of the extension', 'sql-dropextension.html'),
  drop_schema: {
    problem: 'everything in the schema is gone',
    lock: BRIEFLY,
    phase: 'contract',
    page: 'sql-dropschema.html',
  },
  drop_database: { problem: 'everything in the database is gone', phase: 'contract', page: 'sql-dropdatabase.html' },
  drop_trigger: {
    problem: 'what the trigger or rule does no longer happens for the running release',
    lock: BRIEFLY,
    phase: 'contract',
    page: 'sql-droptrigger.html',
  },
  drop_policy: {
    problem: 'the running release may no longer reach the rows that the policy let it read or write',
    lock: BRIEFLY,
    phase: 'contract',
    page: 'sql-droppolicy.html',
  },
  drop_object: dropped('object, or log in with the role', 'sql-commands.html'),
  drop_owned: {
    problem: 'everything that the role owns in this database is gone, and its rights with it',
    lock: BRIEFLY,
    phase: 'contract',
    page: 'sql-drop-owned.html',
  },
  revoke: {
    problem: 'the running release may need the right that is taken away',
    phase: 'contract',
    page: 'sql-revoke.html',
  },
  change_policy: {
    problem: 'the running release may no longer reach the rows that the policies let it read or write',
    lock: BRIEFLY,
    phase: 'contract',
    page: 'sql-createpolicy.html',
  },
  truncate: { problem: 'the data is gone', lock: BRIEFLY, phase: 'contract', page: 'sql-truncate.html' },
  table_rewrites: {
    problem: 'the whole table is rewritten',
    lock: EVERY_ROW_WRITTEN,
    page: 'sql-altertable.html#SQL-ALTERTABLE-NOTES',
  },
  lock_table: {
    problem: 'LOCK keeps others waiting for the whole transaction',
    lock: { mode: 'ACCESS EXCLUSIVE', during: 'until the transaction ends, unless it names a weaker mode' },
    page: 'explicit-locking.html',
  },
  disable_trigger: {
    problem: 'triggers, foreign keys among them, do not run for anybody meanwhile',
    lock: { mode: 'SHARE ROW EXCLUSIVE', during: 'until the transaction ends' },
    page: 'sql-altertable.html#SQL-ALTERTABLE-DESC-DISABLE-ENABLE-TRIGGER',
  },
  enable_row_security: {
    problem: 'without a policy that lets it, the running release reads no row of the table and writes none',
    lock: BRIEFLY,
    phase: 'contract',
    page: 'ddl-rowsecurity.html',
  },
  refresh_blocks_reads: {
    problem: 'REFRESH MATERIALIZED VIEW keeps readers waiting',
    lock: { mode: 'ACCESS EXCLUSIVE', during: 'until the view is filled' },
    page: 'sql-refreshmaterializedview.html',
  },
  attach_partition_scans: {
    problem: 'ATTACH PARTITION reads the whole partition, unless a validated check says what it holds',
    lock: EVERY_ROW_READ,
    page: 'sql-altertable.html#SQL-ALTERTABLE-ATTACH-PARTITION',
  },
  detach_partition_blocks: {
    problem: 'DETACH PARTITION locks the whole partitioned table',
    lock: BRIEFLY,
    page: 'sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION',
  },
  no_inherit: {
    problem: 'the running release no longer finds the rows of the table in its parent',
    lock: BRIEFLY,
    phase: 'contract',
    page: 'sql-altertable.html#SQL-ALTERTABLE-DESC-INHERIT',
  },
  change_without_where: {
    problem: 'every row is changed in one transaction: it holds its locks for all that time and doubles the table',
    lock: { mode: 'ROW EXCLUSIVE', during: 'until every row is changed' },
    page: 'populate.html',
  },
  json_has_no_equality: {
    problem: 'json has no equality, so that SELECT DISTINCT and GROUP BY of the running release fail',
    page: 'datatype-json.html',
  },
  name_too_long: {
    problem:
      'PostgreSQL cuts names to 63 bytes without an error: two of them may become one, and tools look for the other',
    page: 'sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS',
  },
  syntax_error: { problem: 'PostgreSQL does not understand it', page: 'sql-commands.html' },
}

/** The page of the manual. */
export function linkOf(rule: RuleName): string {
  return `https://www.postgresql.org/docs/current/${RULES[rule].page}`
}
