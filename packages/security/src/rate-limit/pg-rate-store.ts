import { hash } from 'node:crypto'
import { type Columns, type RateAlgorithm, rateAlgorithm } from './rate-algorithm.ts'
import { type CheckedRateLimit, lookAt, type RateDecision, untouched } from './rate-limiter.ts'
import type { RateStore } from './rate-store.ts'

/** The database access that the store needs. A `Pg` of @arlen/pg has it. */
export interface SqlClient {
  execute(text: string, values: readonly (string | number | null)[]): Promise<number>
  maybeOne<T>(text: string, values: readonly (string | number | null)[]): Promise<T | undefined>
}

/** The table of {@link PgRateStore}, for a migration of yours. Unlogged: counts need not survive a crash. */
export const RATE_LIMIT_MIGRATION = `create unlogged table arlen_rate_limits (
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
`

interface Row {
  a: number
  b: number
  c: number
  allowed: boolean
  now: number
}

/**
 * Counts in PostgreSQL, for applications on several machines: one statement per decision, by the database's clock. Rows
 * have the same meaning as in memory and are interpreted by the same functions.
 */
export class PgRateStore implements RateStore {
  readonly #source: SqlClient | (() => SqlClient)
  readonly #algorithms = new WeakMap<CheckedRateLimit, RateAlgorithm>()

  /**
   * @param source - the database, or a function that returns it, for applications that create limits before the
   *   database.
   */
  constructor(source: SqlClient | (() => SqlClient)) {
    this.#source = source
  }

  get #sql(): SqlClient {
    return typeof this.#source === 'function' ? this.#source() : this.#source
  }

  async consume(rule: CheckedRateLimit, key: string, cost: number): Promise<RateDecision> {
    if (cost === 0) return this.#look(rule, key)
    const { limit, windowMs, burst } = rule
    const parameters: (string | number)[] = [ruleId(rule), keyId(key), cost, limit, windowMs]
    if (rule.algorithm === 'token-bucket') parameters.push(burst)
    const row = await this.#sql.maybeOne<Row>(STATEMENTS[rule.algorithm], parameters)
    if (row === undefined) throw new Error('the rate limit table gave no row')
    const algorithm = this.#algorithm(rule)
    const columns = columnsOf(row)
    return {
      allowed: row.allowed,
      remaining: algorithm.remaining(columns, 0, row.now),
      resetMs: algorithm.resetMs(columns, 0, row.now),
      retryAfterMs: row.allowed ? 0 : algorithm.retryAfterMs(columns, 0, cost, row.now),
    }
  }

  async #look(rule: CheckedRateLimit, key: string): Promise<RateDecision> {
    const row = await this.#sql.maybeOne<Row>(
      `select a, b, c, extract(epoch from clock_timestamp())::float8 * 1000 as now
       from arlen_rate_limits where rule = $1 and key = $2`,
      [ruleId(rule), keyId(key)],
    )
    return row === undefined ? untouched(rule) : lookAt(this.#algorithm(rule), columnsOf(row), 0, row.now)
  }

  async reset(rule: CheckedRateLimit, key: string): Promise<void> {
    await this.#sql.execute('delete from arlen_rate_limits where rule = $1 and key = $2', [ruleId(rule), keyId(key)])
  }

  /** Removes rows that have expired. @returns how many were removed. */
  removeExpired(): Promise<number> {
    return this.#sql.execute('delete from arlen_rate_limits where expires_at <= now()', [])
  }

  #algorithm(rule: CheckedRateLimit): RateAlgorithm {
    let algorithm = this.#algorithms.get(rule)
    if (!algorithm) {
      algorithm = rateAlgorithm(rule.algorithm, rule)
      this.#algorithms.set(rule, algorithm)
    }
    return algorithm
  }
}

/** Makes a {@link PgRateStore}. Pass a function if the database is not open yet, such as `() => app.db`. */
export function createPgRateStore(source: SqlClient | (() => SqlClient)): PgRateStore {
  return new PgRateStore(source)
}

function columnsOf({ a, b, c }: Row): Columns {
  return { a: Float64Array.of(a), b: Float64Array.of(b), c: Float64Array.of(c) }
}

/** Rules that differ in any setting are counted separately, as in memory. A changed limit starts from zero. */
function ruleId({ name, algorithm, limit, windowMs, burst }: CheckedRateLimit): string {
  return `${name} ${algorithm} ${limit}/${windowMs} ${burst}`
}

/**
 * Clients choose keys: e-mail addresses, API keys, text of any length. A digest reveals none of them to readers of the
 * table, fits an index, and contains no NUL, which PostgreSQL rejects, so that such a key would look like an outage.
 */
function keyId(key: string): string {
  return hash('sha256', key, 'base64url')
}

/**
 * Parameters: $1 rule, $2 key, $3 cost, $4 limit, $5 window in milliseconds, $6 burst. A missing row counts as zeros.
 * Concurrent inserts of the same key meet in the conflict clause, which locks the row.
 *
 * @param now - the time at which a row is looked at, where that is not the clock's
 */
function statement(
  next: (row: string) => { allowed: string; a: string; b: string; c: string; life: string },
  now: (row: string) => string = () => NOW,
): string {
  const fresh = next('z')
  const known = next('t')
  const pick = (column: 'a' | 'b' | 'c') => `case when ${known.allowed} then ${known[column]} else t.${column} end`
  return `
    with clock as materialized (select extract(epoch from clock_timestamp())::float8 * 1000 as now),
         z as (select 0::float8 as a, 0::float8 as b, 0::float8 as c)
    insert into arlen_rate_limits as t (rule, key, a, b, c, allowed, expires_at)
    select $1, $2,
           case when ${fresh.allowed} then ${fresh.a} else 0 end,
           case when ${fresh.allowed} then ${fresh.b} else 0 end,
           case when ${fresh.allowed} then ${fresh.c} else 0 end,
           ${fresh.allowed}, to_timestamp((${fresh.life}) / 1000)
    from clock, z
    on conflict (rule, key) do update
    set a = ${pick('a')}, b = ${pick('b')}, c = ${pick('c')}, allowed = ${known.allowed},
        expires_at = to_timestamp((${known.life}) / 1000)
    returning a, b, c, allowed, ${now('t')} as now`
}

const NOW = '(select now from clock)'
const [COST, LIMIT, WINDOW, BURST] = ['$3::float8', '$4::float8', '$5::float8', '$6::float8']

/**
 * A statement reads the clock before it waits for the row, which others may have changed at a later time. By its own time it
 * would take too much for spent, or go back to a window that is over. A row that is further ahead is from before the clock was
 * set back, and counts nothing.
 */
const notBefore = (time: string) =>
  `(case when ${time} - ${NOW} <= ${WINDOW} then greatest(${NOW}, ${time}) else ${NOW} end)`
const windowTime = (row: string) => notBefore(`${row}.a`)
const bucketTime = (row: string) => notBefore(`${row}.b`)

const STATEMENTS = {
  'fixed-window': statement(row => {
    const live = `${row}.a > ${NOW} and ${row}.a - ${NOW} <= 2 * ${WINDOW}`
    const used = `greatest(0, case when ${live} then ${row}.b else 0 end + ${COST})`
    const end = `case when ${live} then ${row}.a else ${NOW} + ${WINDOW} end`
    return { allowed: `${used} <= ${LIMIT}`, a: end, b: used, c: '0', life: end }
  }),
  'sliding-window': statement(row => {
    const age = `(${windowTime(row)} - ${row}.a)`
    const start = `(floor(${windowTime(row)} / ${WINDOW}) * ${WINDOW})`
    const used = `(case when ${age} < 0 then 0
                        when ${age} < ${WINDOW} then ${row}.b * (1 - ${age} / ${WINDOW}) + ${row}.c
                        when ${age} < 2 * ${WINDOW} then ${row}.c * (2 - ${age} / ${WINDOW}) else 0 end)`
    return {
      allowed: `${used} + ${COST} <= ${LIMIT}`,
      a: start,
      b: `case when ${row}.a = ${start} then ${row}.b when ${row}.a = ${start} - ${WINDOW} then ${row}.c else 0 end`,
      c: `greatest(0, case when ${row}.a = ${start} then ${row}.c else 0 end + ${COST})`,
      life: `${start} + 2 * ${WINDOW}`,
    }
  }, windowTime),
  // b: when the bucket was last taken from
  'token-bucket': statement(row => {
    const time = bucketTime(row)
    const missing = `greatest(0, case when ${row}.b > ${time} then 0 else greatest(0, ${row}.a - ${time}) end + ${COST} * ${WINDOW} / ${LIMIT})`
    return {
      allowed: `${missing} <= ${BURST} * ${WINDOW} / ${LIMIT} + 0.000001`,
      a: `${time} + ${missing}`,
      b: time,
      c: '0',
      life: `${time} + ${missing}`,
    }
  }, bucketTime),
}
