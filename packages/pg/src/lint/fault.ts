import type { KnownSchema } from './known-schema.ts'
import type { ParsedStatement } from './parser.ts'
import type { RuleName } from './rules.ts'

/** A rule that a statement breaks. */
export interface Fault {
  rule: RuleName
  /** What is locked, as SQL names it. */
  on?: string | undefined
  /** This form of it locks nothing. */
  unlocked?: boolean
  /** SQL that does the same safely. Its comments say what belongs in other migrations or releases. */
  recipe: string
}

/** What a migration has done so far: nothing uses its new objects yet. */
export interface Context {
  transactional: boolean
  known: KnownSchema
  /** Objects that this migration has created, as `relation t`, `column t.c`, `type e`, `function f`. */
  created: Set<string>
  /** Objects that this migration creates anywhere, so that an object dropped or renamed here exists again at its end. */
  remade: ReadonlySet<string>
  /** Constraints this migration has added NOT VALID. */
  unvalidated: Set<string>
  /** Enum values this migration has added. */
  enumValues: Set<string>
}

export type Check = (statement: ParsedStatement, context: Context) => Fault[]

/** Starts a separate migration that runs outside of transactions. */
export const OWN_FILE = '-- no transaction\n'
export const NEXT = '\n-- next migration\n'
export const LATER = '\n-- a later release\n'
/** A batch of rows small enough that no lock is held for long. */
export const BATCH = 5_000

/** For objects that are removed once nothing uses them: the statement itself, with the waiver. */
export function afterRelease(rule: RuleName, text: string): string {
  return `-- once no running release uses it\n-- allow ${rule}: unused since <release>\n${text};`
}
