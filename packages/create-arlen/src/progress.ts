import type { CreateIo } from './io.ts'

const EVERY_MS = 1_000

/** Shows what is going on: on a terminal in place, with the seconds that it has taken; elsewhere as a line. */
export class Progress {
  readonly #io: CreateIo
  #timer: NodeJS.Timeout | undefined

  constructor(io: CreateIo) {
    this.#io = io
  }

  step(text: string): void {
    const { status } = this.#io
    if (!status) return this.#io.out(`${text} …`)
    this.end()
    const started = performance.now()
    const show = () => status(`${text} … ${Math.round((performance.now() - started) / 1_000)} s`)
    status(`${text} …`)
    this.#timer = setInterval(show, EVERY_MS)
  }

  /** Clears what is shown on a terminal. */
  end(): void {
    clearInterval(this.#timer)
    this.#io.status?.()
  }
}
