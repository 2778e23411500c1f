/** The accepted values of a pool setting and its default. */
export type PoolSetting =
  | { readonly kind: 'count'; readonly default: number; readonly min: 0 | 1; readonly description: string }
  | { readonly kind: 'text'; readonly default: string; readonly description: string }
  | { readonly kind: 'flag'; readonly default: boolean; readonly description: string }

/** The pool settings with their values. Names that end in `Ms` are in milliseconds. */
export interface PoolSettings {
  /** Most connections, for all uses together. Default 10. */
  max: number
  /**
   * Connections that plain queries share. Default 2; more are opened, up to `max`, while queries are slow. With 0, every
   * query leases a connection.
   */
  sharedConnections: number
  /** Most queries in flight on one shared connection. Default 64. */
  pipelineDepth: number
  /** How long a query or transaction waits for a connection. Default 5,000. */
  acquireTimeoutMs: number
  /** Most callers that may wait at once. Default 1,000. */
  maxWaiting: number
  /** Time limit for connecting. Default 5,000. */
  connectTimeoutMs: number
  /**
   * Time limit for one statement (`statement_timeout` of the session); the client gives up one second later. Default
   * 30,000; 0 for no limit.
   */
  statementTimeoutMs: number
  /** How long a transaction may be idle before the server ends it. Default 60,000; 0 for no limit. */
  idleInTransactionTimeoutMs: number
  /** How long a connection may be unused before it is closed. Default 10,000. */
  idleTimeoutMs: number
  /** The age at which a connection is replaced. Default 1,800,000 (30 minutes); 0 for never. */
  maxLifetimeMs: number
  /** Prepared statements to keep per connection. Default 256. */
  statementCache: number
  /** How often a listening connection is checked. Default 10,000. */
  heartbeatMs: number
  /** How long to wait for the answer to that check. Default 5,000. */
  heartbeatTimeoutMs: number
  /** Slower queries are reported. Default 1,000; 0 for none. */
  slowQueryMs: number
  /**
   * Whether statements stay prepared on their connection. Default true. Use false behind a pooler in transaction mode: then
   * nothing is kept on a connection, neither statements nor session settings.
   */
  prepare: boolean
  /** Shown in pg_stat_activity. Default `arlen`. */
  applicationName: string
}

function count(min: 0 | 1, value: number, description: string): PoolSetting {
  return { kind: 'count', default: value, min, description }
}

/** The one table of pool settings: `PgOptions`, the application's configuration and the docs are derived from it. */
export const POOL_SETTINGS: Readonly<Record<keyof PoolSettings, PoolSetting>> = {
  max: count(1, 10, 'Maximum number of connections, in each process'),
  sharedConnections: count(
    0,
    2,
    'Connections that plain queries share before more are opened; 0: every query leases one',
  ),
  pipelineDepth: count(1, 64, 'Maximum number of queries in flight on one shared connection'),
  acquireTimeoutMs: count(1, 5_000, 'How long a query or transaction waits for a connection'),
  maxWaiting: count(0, 1_000, 'Maximum number of queries and transactions waiting for a connection'),
  connectTimeoutMs: count(1, 5_000, 'How long connecting may take'),
  statementTimeoutMs: count(0, 30_000, 'How long one statement may run (statement_timeout); 0: no limit'),
  idleInTransactionTimeoutMs: count(
    0,
    60_000,
    'How long a transaction may be idle before the server ends it; 0: no limit',
  ),
  idleTimeoutMs: count(0, 10_000, 'How long a connection may be unused before it is closed'),
  maxLifetimeMs: count(0, 1_800_000, 'Age at which a connection is replaced; 0: never'),
  statementCache: count(1, 256, 'Prepared statements kept on one connection'),
  heartbeatMs: count(1, 10_000, 'How often a listening connection is checked'),
  heartbeatTimeoutMs: count(1, 5_000, 'How long the server may take to answer that check'),
  slowQueryMs: count(0, 1_000, 'Queries that take longer are reported; 0: none'),
  prepare: {
    kind: 'flag',
    default: true,
    description: 'Whether statements are kept prepared; false behind a pooler in transaction mode',
  },
  applicationName: { kind: 'text', default: 'arlen', description: 'Name shown in pg_stat_activity' },
}

/** How types with several possible JavaScript forms are parsed; the first is the default. */
export const TYPE_SETTINGS: Readonly<
  Record<'int8' | 'timestamptz' | 'json', { readonly choices: readonly string[]; readonly description: string }>
> = {
  int8: { choices: ['bigint', 'string', 'number'], description: 'How int8 is read' },
  timestamptz: { choices: ['date', 'string'], description: 'How timestamptz is read' },
  json: { choices: ['parse', 'string'], description: 'How json and jsonb are read' },
}
