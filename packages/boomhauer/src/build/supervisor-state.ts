import type { Diagnostic } from '@arlen/core'
import type { DevelopmentProblem } from '@arlen/error-report'
import type { AppInfo, Loaded, RequestRecord } from '../child/protocol.ts'
import type { Child } from './child.ts'

/**
 * What the supervisor serves.
 *
 *     building ── the build went well ──▶ ready ── a file changed ──▶ building
 *     building ── it did not ───────────▶ failed ── a file changed, or it is tried again ──▶ building
 *     ready ── the process crashed ─────▶ building, or failed when it crashes again and again
 *     ready, failed ── a file seems to have changed (`hold`) ──▶ building ── it has not (`release`) ──▶ as before
 *
 * A change while building aborts the build and starts a new one, unless requests have already waited too long. Then the
 * build finishes and answers them, and the state stays `building`, since the next build follows.
 */
export type State =
  | { kind: 'building'; build: string }
  | { kind: 'ready'; build: string; child: Child; socket: string; info: AppInfo }
  | { kind: 'failed'; build: string; problem: DevelopmentProblem }

export type Settled = Exclude<State, { kind: 'building' }>

export interface SupervisorEvents {
  building: [build: string, paths: ReadonlySet<string>]
  ready: [state: Extract<State, { kind: 'ready' }>, ms: number, warnings: readonly Diagnostic[]]
  failed: [state: Extract<State, { kind: 'failed' }>, ms: number]
  /** The start failed because something outside is missing, and will be retried after this many milliseconds. */
  waiting: [ms: number]
  /** The state is as before: no file has changed after all, or an attempt failed like the previous one. */
  unchanged: [state: Settled]
  /** The application's process crashed and is restarted. */
  crashed: [problem: DevelopmentProblem]
  diagnostics: [diagnostics: readonly Diagnostic[]]
  /** An unhandled rejection, which the application has logged. */
  rejected: [diagnostics: readonly Diagnostic[]]
  request: [request: RequestRecord]
  /** A job has started or ended, or a mail was kept. */
  activity: []
  /** What a build has loaded, and the globs in the application's configuration, if it was read. */
  built: [loaded: Loaded, info: AppInfo | undefined]
  /** The running application has loaded more. */
  loaded: [loaded: Loaded]
}

/** A build to start. */
export interface Order {
  paths: ReadonlySet<string>
  /** No file has changed: this is a retry, and a failure like the last one is not reported again. */
  quiet?: boolean
  /** The id of the build, if open pages need not reload. */
  id?: string
}

/** A build that waits for the end of one that requests need. */
export interface Queued {
  paths: Set<string>
  done: PromiseWithResolvers<void>
}

/** A build in progress. */
export interface Attempt extends Order {
  id: string
  abort: AbortController
  startedAt: number
}
