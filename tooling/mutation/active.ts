// Asked by instrumented modules: is this mutant the one being tried? It must not import anything, because it runs inside
// every process that a test starts.
import { appendFileSync } from 'node:fs'

const active = Number(process.env.MUTANT ?? -1)
const hits = process.env.MUTANT_HITS
const seen = new Set<number>()

/** True if the mutant with this number is switched on. While hits are recorded, none is. */
export function isMutant(id: number): boolean {
  if (hits && !seen.has(id)) {
    seen.add(id)
    appendFileSync(hits, `${process.env.MUTANT_TEST ?? '?'}\t${id}\n`)
  }
  return id === active
}

export function value<T>(given: T): T {
  return given
}
