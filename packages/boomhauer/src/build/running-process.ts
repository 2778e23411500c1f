import { setTimeout } from 'node:timers/promises'
import type { Diagnostic } from '@arlen/core'
import type { Settings } from '../options.ts'
import { exitDiagnostic } from './builder.ts'
import type { Child } from './child.ts'

/** Why a process ended: it crashed, or it was replaced. */
export type ExitReason = { kind: 'crashed'; diagnostics: readonly Diagnostic[] } | { kind: 'replaced' }

/** How long to wait for the exit of a process after it lost a request. */
const LOSS_MS = 500

/** The serving process (at most one), and how the earlier ones ended. */
export class RunningProcess {
  readonly #settings: Pick<Settings, 'root' | 'env'>
  #child: Child | undefined
  readonly #exitReasons = new WeakMap<Child, Promise<ExitReason>>()
  readonly #onCrash: (diagnostics: readonly Diagnostic[]) => void
  /** Resolves when the last retired process is gone, with its children. */
  cleared: Promise<unknown> = Promise.resolve()

  /** @param onCrash - called if it exits while it serves */
  constructor(settings: Pick<Settings, 'root' | 'env'>, onCrash: (diagnostics: readonly Diagnostic[]) => void) {
    this.#settings = settings
    this.#onCrash = onCrash
  }

  adopt(child: Child): void {
    this.#child = child
    const { promise, resolve } = Promise.withResolvers<ExitReason>()
    this.#exitReasons.set(child, promise)
    child.once('exit', (code, signal) => {
      if (this.#child !== child) return resolve({ kind: 'replaced' })
      this.#child = undefined
      const { output, exitStack: stack, unanswered } = child
      const exit = { code, signal, output, stack, unanswered }
      const diagnostics = child.crash ?? [exitDiagnostic('runtime', exit, this.#settings)]
      resolve({ kind: 'crashed', diagnostics })
      this.#onCrash(diagnostics)
    })
  }

  /** Takes it out of service. */
  retire(graceMs: number): void {
    const child = this.#child
    if (!child) return
    this.#child = undefined
    this.cleared = child.close(graceMs)
  }

  /** Why a process exited during a request, or undefined if it is still alive. */
  async exitReasonOf(child: Child): Promise<ExitReason | undefined> {
    const timer = setTimeout(LOSS_MS, undefined, { ref: false })
    return Promise.race([this.#exitReasons.get(child), timer])
  }
}
