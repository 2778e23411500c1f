import { splitStatements } from '../sql/sql-scanner.ts'
import type { ForeignMigration } from './foreign.ts'

const OUTSIDE = /^(?:(?:create(?: unique)?|drop) index concurrently|reindex .*concurrently|vacuum|do|call)\b/i
const BEGIN = /^(?:begin|start transaction)(?: work| transaction)?$/i
const COMMIT = /^(?:commit|end)(?: work| transaction)?$/i
/** How long to wait is the business of the migrator. */
const PATIENCE = /^set (?:session |local )?(?:lock_timeout|statement_timeout|idle_in_transaction_session_timeout)\b/i
const NOTHING = 'select 1; -- it does nothing'

/** What other tools run in one go: a single statement, or those between BEGIN and COMMIT. */
interface Group {
  text: string
  /** PostgreSQL runs it outside of transactions only, or may. */
  alone: boolean
  single: boolean
}

/**
 * A migration without a transaction that has several statements as one for each, so that one that is interrupted is never half
 * done. The way back is split too, in reverse. All keep the key of the one they come from.
 */
export function splitForeign(foreign: ForeignMigration): ForeignMigration[] {
  if (foreign.transactional) return [foreign]
  const ups = groupsOf(foreign.up)
  const downs = foreign.down === undefined ? [] : groupsOf(foreign.down).reverse()
  if (ups.length <= 1 && downs.length <= 1) return [foreign]
  const parts = [...ups, ...downs].every(({ single }) => single) ? paired(ups, downs) : oneAfterTheOther(ups, downs)
  return parts.map(([up, down], i) => ({
    ...foreign,
    name: i === 0 ? foreign.name : `${foreign.name}_${i + 1}`,
    up: up?.text ?? NOTHING,
    down: foreign.down === undefined ? undefined : (down?.text ?? NOTHING),
    transactional: !(up?.alone ?? false) && !(down?.alone ?? false),
  }))
}

type Part = readonly [up: Group | undefined, down: Group | undefined]

/** The last statement of the way there with the first of the way back, and so on. */
function paired(ups: readonly Group[], downs: readonly Group[]): Part[] {
  const count = Math.max(ups.length, downs.length)
  return Array.from({ length: count }, (_, i) => [ups[i], downs[i - (count - downs.length)]])
}

/** In files of their own, since a file is outside of transactions in both directions or in none. */
function oneAfterTheOther(ups: readonly Group[], downs: readonly Group[]): Part[] {
  return [...ups.map(up => [up, undefined] as const), ...downs.map(down => [undefined, down] as const)]
}

function groupsOf(text: string): Group[] {
  const groups: Group[] = []
  let open: string[] | undefined
  let from = 0
  for (const { normal, end } of splitStatements(text)) {
    const statement = text.slice(from, end).trim()
    from = end + 1
    if (BEGIN.test(normal)) {
      open = []
    } else if (COMMIT.test(normal) && open) {
      if (open.length > 0) groups.push({ text: `${open.join(';\n')};`, alone: false, single: open.length === 1 })
      open = undefined
    } else if (open) {
      open.push(statement)
    } else if (!PATIENCE.test(normal)) {
      groups.push({ text: `${statement};`, alone: OUTSIDE.test(normal), single: true })
    }
  }
  return groups
}
