import type { KnownSchema } from './known-schema.ts'
import type { ParsedStatement } from './parser.ts'
import type { RuleName } from './rules.ts'

/** A rule that a statement breaks. */
export interface Fault {
  rule: RuleName
  /** What is locked, as SQL names it. */
  on?: string | undefined
  /** SQL that does the same safely. Comments say what stands in other migrations or releases. */
  recipe: string
}

/** What a migration has done so far: nothing uses yet what is new in it. */
export interface Context {
  transactional: boolean
  known: KnownSchema
  /** What this migration has made, as `relation t`, `column t.c`, `type e`, `function f`. */
  created: Set<string>
  /** What this migration makes anywhere, so that an object dropped or renamed here is there again at its end. */
  remade: ReadonlySet<string>
  /** Constraints this migration has added NOT VALID. */
  unvalidated: Set<string>
  /** Enum values this migration has added. */
  enumValues: Set<string>
}

export type Check = (statement: ParsedStatement, context: Context) => Fault[]

/** Begins a migration of its own that runs outside of transactions. */
export const OWN_FILE = '-- no transaction\n'
export const NEXT = '\n-- next migration\n'
export const LATER = '\n-- a later release\n'
/** As many rows at a time as hold no lock for long. */
export const BATCH = 5_000

/** For what goes away, once nothing uses it: the statement itself, with the waiver that says so. */
export function afterRelease(rule: RuleName, text: string): string {
  return `-- once no running release uses it\n-- allow ${rule}: unused since <release>\n${text};`
}
