import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const STAMP = '.arlen/perf/decided.json'

/** What `make perf` leaves when it has decided that a commit has lost nothing. */
export interface Decided {
  commit: string
  at: string
  /** Why an undecided result was accepted; it never is a loss. */
  accepted?: string
}

export function writeDecided(root: string, commit: string, accepted?: string): void {
  const file = join(root, STAMP)
  mkdirSync(dirname(file), { recursive: true })
  const decided: Decided = { commit, at: new Date().toISOString(), ...(accepted !== undefined && { accepted }) }
  writeFileSync(file, `${JSON.stringify(decided)}\n`)
}

export function readDecided(root: string): Decided | undefined {
  try {
    return JSON.parse(readFileSync(join(root, STAMP), 'utf8')) as Decided
  } catch {
    return undefined
  }
}
