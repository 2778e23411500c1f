import type { SharedPort } from '../pool/shared-ports.ts'

/**
 * Replaces the primary itself: the old one starts its own command line again and passes the listening sockets as
 * descriptors. It steps back only when all workers of the new one serve: `up` says so, `go` answers.
 */
export interface Handover {
  /** Descriptors of the listening sockets in the new process. */
  fds: number[]
  /** The path of each that is a unix socket, else ''. */
  paths: string[]
  /** What the last of these descriptors are: further ports that workers share. */
  shared: SharedPort[]
  /** What is known of each public socket that systemd has opened; null for the others. */
  activated: ({ readonly backlog: number } | null)[]
  /** The generation from which the new primary continues. */
  generation: number
  /** How many workers there were, scaling included. */
  workers: number
  /** Process id of the old primary. */
  pid: number
}

/** The variable in which it is passed, as JSON. */
export const HANDOVER_VARIABLE = 'PROPANE_HANDOVER'

/** What a new primary tells the old one: who it is as soon as it runs, and that it can take over. */
export type FromSuccessor = { propane: 'started'; pid: number } | { propane: 'up' }

/** What an older primary hands over to this process; undefined if there is none. */
export function handedOver(env: NodeJS.ProcessEnv = process.env): Handover | undefined {
  const text = env[HANDOVER_VARIABLE]
  if (text === undefined) return undefined
  tell({ propane: 'started', pid: process.pid })
  return JSON.parse(text) as Handover
}

/** In the new primary: reports that it can take over, and resolves when the old one has stepped back or is gone. */
export function announce(): Promise<void> {
  if (!process.connected) return Promise.resolve()
  return new Promise(resolve => {
    process.once('disconnect', resolve)
    process.once('message', () => process.disconnect?.())
    tell({ propane: 'up' })
  })
}

function tell(message: FromSuccessor): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}
