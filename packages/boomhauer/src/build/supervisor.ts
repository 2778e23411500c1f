import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Diagnostic } from '@arlen/core'
import { createRedact, type DevelopmentProblem, diagnose, type Redact } from '@arlen/error-report'
import type { AppInfo, RequestRecord } from '../child/protocol.ts'
import type { Settings } from '../options.ts'
import { type BuildReport, build, exitDiagnostic } from './builder.ts'
import type { Child } from './child.ts'
import { CrashLoopLimiter } from './crash-loop-limiter.ts'
import { childEnv } from './env-files.ts'
import { makeSocketFolder } from './socket-folder.ts'
import { SpareProcesses } from './spare-processes.ts'
import { TemplateTracker } from './template-tracker.ts'
import { WaitingRequests } from './waiting-requests.ts'

export type Typecheck = (signal: AbortSignal) => Promise<readonly Diagnostic[]>

/**
 * What the supervisor has to serve.
 *
 *     building ── the build went well ──▶ ready ── a file changed ──▶ building
 *     building ── it did not ───────────▶ failed ── a file changed ─▶ building
 *     ready ── the process crashed ─────▶ building, or failed when it crashes again and again
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
  /** The application's process crashed and is restarted. */
  crashed: [problem: DevelopmentProblem]
  diagnostics: [diagnostics: readonly Diagnostic[]]
  request: [request: RequestRecord]
  /** Files that the application has loaded. */
  files: [files: readonly string[]]
}

/** Why a process ended: it crashed, or it was replaced. */
export type ExitReason = { kind: 'crashed'; problem: DevelopmentProblem } | { kind: 'replaced' }

/** Changes that wait for the end of a build that requests need. */
interface Queued {
  paths: Set<string>
  done: PromiseWithResolvers<void>
}

/** Delay before the next spare process starts after a build: waiting requests come first. */
const REFILL_AFTER_MS = 60
/** How far a build that requests need may exceed twice the time of the last one while newer code waits. */
const HANGING_MS = 2_000
/** How long to wait for a change notification. */
const REREAD_MS = 25
/** How long to wait for the exit of a process after it lost a request. */
const LOSS_MS = 500

/** Runs the application in a series of processes and knows what to serve. It never runs application code itself. */
export class Supervisor extends EventEmitter<SupervisorEvents> {
  readonly #settings: Settings
  readonly #templates: TemplateTracker
  readonly #typecheck: Typecheck | undefined
  readonly #spares: SpareProcesses
  readonly #folder = makeSocketFolder()
  readonly #session = Date.now().toString(36)
  readonly #crashLoop = new CrashLoopLimiter()
  readonly #waiting = new WaitingRequests<Settled>()
  #number = 0
  #state: State
  /** Time of the first change that the running build, or the last one, does not include. */
  #changedAt: number | undefined
  /** The build under way. */
  #attempt: AbortController | undefined
  #attemptedAt = 0
  /** Duration of the last successful build. */
  #lastBuildMs = 0
  #queued: Queued | undefined
  /** Consecutive failed builds that were outdated before they ended. */
  #outdatedFailures = 0
  #running: Child | undefined
  #exitReasons = new WeakMap<Child, Promise<ExitReason>>()
  #clearing: Promise<unknown> = Promise.resolve()
  #building: Promise<unknown> = Promise.resolve()
  #refill: NodeJS.Timeout | undefined
  #closed = false

  /** @param typecheck - runs before the application is loaded. */
  constructor(settings: Settings, typecheck?: Typecheck) {
    super()
    this.#settings = settings
    this.#templates = new TemplateTracker(settings.root, settings.templates)
    this.#typecheck = typecheck
    this.#state = { kind: 'building', build: `${this.#session}-0` }
    this.#spares = new SpareProcesses(() => ({
      root: settings.root,
      // The application itself renders failures of handlers, with the same editor links.
      env: { ...childEnv(settings.root, settings.env), BOOMHAUER_EDITOR: settings.editor },
      nodeArgs: settings.nodeArgs,
      preload: settings.preload,
    }))
    this.#spares.fill()
  }

  get state(): State {
    return this.#state
  }

  /** Redacts secrets found in the application's environment. */
  get redact(): Redact {
    return createRedact(childEnv(this.#settings.root, this.#settings.env))
  }

  /**
   * Resolves with what to serve as soon as it is known.
   *
   * @param since - when the request arrived, in monotonic milliseconds
   */
  async settled(since: number = performance.now()): Promise<Settled> {
    return this.#state.kind === 'building' ? this.#waiting.wait(since) : this.#state
  }

  /** Holds requests from now on: a file has changed and a new build will follow. */
  hold(): void {
    this.#changedAt ??= performance.now()
    this.#state = { kind: 'building', build: this.#state.build }
  }

  /** Rebuilds and restarts the application. Resolves when the build has ended or was aborted. */
  async rebuild(paths: ReadonlySet<string> = new Set()): Promise<void> {
    if (this.#closed) return
    if (this.#queued || (this.#attempt && this.#waiting.needBuild)) return this.#queue(paths)
    await this.#build(paths, this.#nextId())
  }

  #queue(paths: ReadonlySet<string>): Promise<void> {
    this.#changedAt ??= performance.now()
    if (!this.#queued) this.#limitAttempt()
    this.#queued ??= { paths: new Set(), done: Promise.withResolvers() }
    for (const path of paths) this.#queued.paths.add(path)
    return this.#queued.done.promise
  }

  /** Aborts a build that takes far longer than the last one: it probably hangs, and the waiting change may fix it. */
  #limitAttempt(): void {
    const attempt = this.#attempt
    const leftMs = this.#attemptedAt + 2 * this.#lastBuildMs + HANGING_MS - performance.now()
    const timer = globalThis.setTimeout(() => {
      if (!this.#queued || this.#attempt !== attempt || this.#closed) return
      const { paths, done } = this.#queued
      this.#queued = undefined
      void this.#build(paths, this.#nextId()).finally(done.resolve)
    }, leftMs)
    timer.unref()
  }

  #nextId(): string {
    return `${this.#session}-${this.#number + 1}`
  }

  async #build(paths: ReadonlySet<string>, id: string): Promise<void> {
    const started = performance.now()
    const attempt = this.#begin(paths, id)
    const building = build({
      settings: this.#settings,
      spares: this.#spares,
      socket: join(this.#folder, `${this.#number}.sock`),
      templates: this.#templates.toCompile(),
      typecheck: this.#typecheck,
      cleared: Promise.all([this.#clearing, this.#building]),
      signal: attempt.signal,
      onTemplates: warnings => this.#templates.compiled(warnings),
    })
    this.#building = building.catch(() => undefined)
    const report = await building.catch((error: unknown): BuildReport => {
      // Not an error of the application; for example, the system is out of memory or descriptors.
      return { ok: false, files: [], diagnostics: diagnose(error, { root: this.#settings.root, stage: 'boot' }) }
    })
    if (!report) return
    if (report.ok && attempt.signal.aborted) return report.child.kill()
    // The build may have read a half-written file. In that case a change notification is about to arrive.
    if (!report.ok) await setTimeout(REREAD_MS)
    if (attempt.signal.aborted || this.#closed) return
    this.#attempt = undefined
    const ms = performance.now() - started
    if (report.ok) this.#serve(id, report, ms)
    else if (!this.#isPassing()) this.#fail(id, report.diagnostics, ms)
    this.emit('files', report.ok ? report.child.files : report.files)
    this.#refill = globalThis.setTimeout(() => this.#spares.fill(), REFILL_AFTER_MS)
    if (this.#queued) await this.#buildQueued(report.ok ? report.child : undefined)
  }

  /** Aborts the running build and retires the running process. */
  #begin(paths: ReadonlySet<string>, id: string): AbortController {
    this.#number++
    if (this.#attempt) {
      this.#attempt.abort()
      this.#waiting.overtake()
    }
    const attempt = new AbortController()
    this.#attempt = attempt
    this.#attemptedAt = performance.now()
    clearTimeout(this.#refill)
    this.#spares.outdate(paths)
    this.#templates.changed(paths)
    this.#changedAt = undefined
    this.#state = { kind: 'building', build: id }
    this.emit('building', id, paths)
    this.#retire()
    this.#spares.fill() // starts while the previous process ends
    return attempt
  }

  /** Builds the changes that arrived during a build that requests needed. */
  async #buildQueued(child: Child | undefined): Promise<void> {
    await setImmediate() // lets answered requests reach the child first
    await Promise.race([child?.idle(), setTimeout(this.#settings.graceMs, undefined, { ref: false })])
    const queued = this.#queued
    this.#queued = undefined
    if (!queued || this.#closed) return queued?.done.resolve()
    await this.#build(queued.paths, this.#nextId())
    queued.done.resolve()
  }

  /** Whether to skip showing a failure because the code has changed since; only once in a row. */
  #isPassing(): boolean {
    this.#outdatedFailures = this.#changedAt === undefined ? 0 : this.#outdatedFailures + 1
    return this.#outdatedFailures === 1
  }

  #serve(id: string, { child, socket, info, warnings }: Extract<BuildReport, { ok: true }>, ms: number): void {
    if (child.exited) {
      const exit = exitDiagnostic('boot', { code: null, signal: null, output: child.output })
      return this.#fail(id, child.crash ?? [exit], ms)
    }
    this.#outdatedFailures = 0
    this.#lastBuildMs = ms
    this.#adopt(child)
    const state = { kind: 'ready', build: id, child, socket, info } as const
    this.#settle(state)
    this.emit('ready', state, ms, [...this.#templates.warnings, ...warnings])
  }

  /** Why a process exited during a request, or undefined if it is still alive. */
  async exitReasonOf(child: Child): Promise<ExitReason | undefined> {
    const timer = setTimeout(LOSS_MS, undefined, { ref: false })
    return Promise.race([this.#exitReasons.get(child), timer])
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#refill)
    this.#attempt?.abort()
    this.#spares.close()
    this.#retire()
    await Promise.all([this.#clearing, this.#building])
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Takes the running process out of service. */
  #retire(): void {
    const child = this.#running
    if (!child) return
    this.#running = undefined
    this.#clearing = child.close(this.#settings.graceMs)
  }

  #adopt(child: Child): void {
    this.#running = child
    const { promise, resolve } = Promise.withResolvers<ExitReason>()
    this.#exitReasons.set(child, promise)
    child.on('diagnostics', diagnostics => this.emit('diagnostics', diagnostics))
    child.on('request', request => this.emit('request', request))
    child.once('exit', (code, signal) => {
      if (this.#running !== child) return resolve({ kind: 'replaced' })
      this.#running = undefined
      const diagnostics = child.crash ?? [exitDiagnostic('runtime', { code, signal, output: child.output })]
      const problem = this.#problem('application_crashed', diagnostics)
      resolve({ kind: 'crashed', problem })
      this.emit('crashed', problem)
      if (this.#changedAt !== undefined) return // the build for the pending change restarts it
      // The build stays the same, so open pages need not reload.
      if (this.#crashLoop.crashed(performance.now())) this.#build(new Set(), this.#state.build)
      else this.#fail(`${this.#session}-${++this.#number}`, diagnostics, 0)
    })
  }

  #fail(id: string, diagnostics: readonly Diagnostic[], ms: number): void {
    const stage = diagnostics[0]?.stage ?? 'load'
    const state = { kind: 'failed', build: id, problem: this.#problem(`${stage}_failed`, diagnostics) } as const
    this.#settle(state)
    this.emit('failed', state, ms)
  }

  #settle(state: Settled): void {
    if (this.#changedAt === undefined) this.#state = state
    this.#waiting.answer(state, this.#changedAt)
  }

  #problem(code: string, diagnostics: readonly Diagnostic[]): DevelopmentProblem {
    return {
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      code,
      correlationId: randomUUID(),
      detail: diagnostics[0]?.message ?? code,
      diagnostics,
    }
  }
}
