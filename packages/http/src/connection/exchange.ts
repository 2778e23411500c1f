import type { Engine } from '../engine.ts'

/** What a Context needs of whatever carries its request: a connection, or the bridge to fetch. */
export interface Exchange {
  readonly engine: Engine
  readonly remoteAddress: string | undefined
  readonly encrypted: boolean
  /** The answer to this request must start within this many milliseconds from now; nothing where it has. */
  limitHandler(request: object, ms: number): void
}
