import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Trial } from './try-mutant.ts'

/** The outcome of a mutant, and the commit it was tried at. */
export interface Recorded extends Trial {
  name: string
  commit: string
  /** Whether the slow tests were tried too. */
  slow?: boolean
}

/**
 * The results of one sample of one package, one JSON line each, so that an interrupted run can continue, and survivors are
 * tried again after new tests. The first line contains the names of the sample.
 */
export class Results {
  readonly #file: string
  readonly #byName = new Map<string, Recorded>()
  #sample: readonly string[] | undefined

  constructor(file: string) {
    this.#file = file
    if (!existsSync(file)) return
    const [first, ...lines] = readFileSync(file, 'utf8').split('\n').filter(Boolean)
    this.#sample = first === undefined ? undefined : (JSON.parse(first) as { sample: string[] }).sample
    for (const line of lines) this.#keep(JSON.parse(line) as Recorded)
  }

  /** The names of the sample, chosen on first use. */
  sample(choose: () => readonly string[]): readonly string[] {
    if (this.#sample) return this.#sample
    this.#sample = choose()
    mkdirSync(dirname(this.#file), { recursive: true })
    appendFileSync(this.#file, `${JSON.stringify({ sample: this.#sample })}\n`)
    return this.#sample
  }

  get(name: string): Recorded | undefined {
    return this.#byName.get(name)
  }

  /** True if trying it would reveal nothing new: it is killed, or was tried at this very commit, by as many tests. */
  isSettled(name: string, commit: string, slow = false): boolean {
    const recorded = this.#byName.get(name)
    if (recorded === undefined) return false
    return recorded.outcome === 'killed' || (recorded.commit === commit && (recorded.slow === true || !slow))
  }

  add(recorded: Recorded): void {
    appendFileSync(this.#file, `${JSON.stringify(recorded)}\n`)
    this.#keep(recorded)
  }

  #keep(recorded: Recorded): void {
    this.#byName.set(recorded.name, recorded)
  }
}
