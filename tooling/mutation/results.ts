import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Trial } from './try-mutant.ts'

/** What became of a mutant, and at which commit. */
export interface Recorded extends Trial {
  name: string
  commit: string
}

/**
 * The results of one sample of one package, a line of JSON each, so that a run that was stopped goes on where it was, and
 * survivors are tried again once there are new tests. The first line holds the names of the sample.
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

  /** The names of the sample, chosen when there is none yet. */
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

  /** True where trying it would tell nothing new: it is killed, or was tried at this very commit. */
  isSettled(name: string, commit: string): boolean {
    const recorded = this.#byName.get(name)
    return recorded !== undefined && (recorded.outcome === 'killed' || recorded.commit === commit)
  }

  add(recorded: Recorded): void {
    appendFileSync(this.#file, `${JSON.stringify(recorded)}\n`)
    this.#keep(recorded)
  }

  #keep(recorded: Recorded): void {
    this.#byName.set(recorded.name, recorded)
  }
}
