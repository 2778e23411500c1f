import { EventEmitter } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Diagnostic } from '@arlen/core'
import { createRedact, diagnose, type Redact } from '@arlen/error-report'
import type { Settings } from '../options.ts'
import { type BuildReport, build, busyDiagnostic, exitDiagnostic, NOTHING } from './builder.ts'
import type { Child } from './child.ts'
import { CrashLoopLimiter } from './crash-loop-limiter.ts'
import { childEnv } from './env-files.ts'
import { isSameFailure, problemOf } from './failure.ts'
import { Retries } from './retries.ts'
import { type ExitReason, RunningProcess } from './running-process.ts'
import { ServedState } from './served-state.ts'
import { makeSocketFolder } from './socket-folder.ts'
import { SpareProcesses } from './spare-processes.ts'
import type { Attempt, Order, Queued, Settled, State, SupervisorEvents } from './supervisor-state.ts'
import { TemplateTracker } from './template-tracker.ts'

export type Typecheck = (signal: AbortSignal) => Promise<readonly Diagnostic[]>

/** Delay before the next spare process starts after a build: waiting requests come first. */
const REFILL_AFTER_MS = 60
/** How far a build that requests need may exceed twice the time of the last one while newer code waits. */
const HANGING_MS = 2_000
/** How long to wait for a change notification. */
const REREAD_MS = 25

/**
 * Runs the application in a series of processes and knows what to serve. It never runs application code itself.
 *
 * It is one file because what an event means depends on what is being built, what runs and what is served.
 */
export class Supervisor extends EventEmitter<SupervisorEvents> {
  readonly #settings: Settings
  readonly #templates: TemplateTracker
  readonly #typecheck: Typecheck | undefined
  readonly #spares: SpareProcesses
  readonly #folder = makeSocketFolder()
  readonly #session = Date.now().toString(36)
  readonly #crashLoop = new CrashLoopLimiter()
  readonly #retries = new Retries(() => void this.rebuild(new Set(), true))
  readonly #running: RunningProcess
  readonly #served = new ServedState(`${this.#session}-0`)
  #number = 0
  #attempt: Attempt | undefined
  /** Duration of the last successful build. */
  #lastBuildMs = 0
  #queued: Queued | undefined
  /** Consecutive failed builds that were outdated before they ended. */
  #outdatedFailures = 0
  /** The last build failed, but its failure was not shown because a newer build was expected. */
  #isSkipped = false
  #building: Promise<unknown> = Promise.resolve()
  #refill: NodeJS.Timeout | undefined
  #closed = false

  /** @param typecheck - runs before the application is loaded. */
  constructor(settings: Settings, typecheck?: Typecheck) {
    super()
    this.#settings = settings
    this.#running = new RunningProcess(settings, diagnostics => this.#crashed(diagnostics))
    this.#templates = new TemplateTracker(settings.root, settings.templates)
    this.#typecheck = typecheck
    this.#spares = new SpareProcesses(() => ({
      root: settings.root,
      // The application itself renders failures of handlers, with the same editor links.
      env: { ...childEnv(settings.root, settings.env), BOOMHAUER_EDITOR: settings.editor, BOOMHAUER: '1' },
      nodeArgs: settings.nodeArgs,
      preload: settings.preload,
      appOutput: settings.appOutput,
    }))
    this.#spares.fill()
  }

  get state(): State {
    return this.#served.current
  }

  /** Whether the application runs and no build is under way. */
  get isWhole(): boolean {
    const { last } = this.#served
    return this.#attempt === undefined && last?.kind === 'ready' && !last.child.exited
  }

  /** Redacts secrets found in the application's environment. */
  get redact(): Redact {
    return createRedact(childEnv(this.#settings.root, this.#settings.env))
  }

  /**
   * Resolves with what to serve as soon as it is known.
   *
   * @param since - when the request arrived, in monotonic milliseconds
   * @param page - whether it is for a page: a start that failed because something outside is missing is then retried
   */
  async settled(since: number = performance.now(), page = false): Promise<Settled> {
    if (page && this.state.kind === 'failed' && this.#retries.isDue()) void this.rebuild(new Set(), true)
    return this.#served.settled(since)
  }

  /** Holds requests from now on: a file seems to have changed. A rebuild or `release` follows. */
  hold(): void {
    this.#served.hold()
  }

  /** No file has changed after all. */
  release(): void {
    this.#served.release()
    const { last } = this.#served
    if (this.#attempt || this.#queued || this.state.kind !== 'building') return
    const isGone = last?.kind === 'ready' && last.child.exited
    if (isGone || this.#isSkipped) return void this.#build({ paths: new Set() })
    if (!last) return
    this.#served.settle(last)
    this.emit('unchanged', last)
  }

  /**
   * Rebuilds and restarts the application. Resolves when the build has ended or was aborted.
   *
   * @param paths - what has changed
   * @param quiet - whether a failure like the last one is not reported
   */
  async rebuild(paths: ReadonlySet<string> = new Set(), quiet = false): Promise<void> {
    if (this.#closed) return
    if (!quiet) {
      this.#retries.reset()
      this.#crashLoop.reset()
    }
    if (this.#queued || (this.#attempt && this.#served.isNeeded)) return this.#queue(paths)
    await this.#build({ paths, quiet })
  }

  /**
   * Compiles templates that have changed while the application runs, which reads them again by itself.
   *
   * @returns the warnings; undefined if a build must follow, because they do not compile or the application does not run
   */
  async refresh(paths: ReadonlySet<string>): Promise<readonly Diagnostic[] | undefined> {
    this.#templates.changed(paths)
    const { state } = this
    const templates = this.#templates.toCompile()
    if (state.kind !== 'ready' || !templates) return undefined
    const warnings = await state.child.ask({ about: 'templates', templates }).catch(() => undefined)
    if (!Array.isArray(warnings) || this.state !== state) return undefined
    this.#templates.compiled(warnings)
    return warnings
  }

  #queue(paths: ReadonlySet<string>): Promise<void> {
    this.#served.outdate()
    if (!this.#queued) this.#limitAttempt()
    this.#queued ??= { paths: new Set(), done: Promise.withResolvers() }
    for (const path of paths) this.#queued.paths.add(path)
    return this.#queued.done.promise
  }

  /** Aborts a build that takes far longer than the last one: it probably hangs, and the waiting change may fix it. */
  #limitAttempt(): void {
    const attempt = this.#attempt!
    const leftMs = attempt.startedAt + 2 * this.#lastBuildMs + HANGING_MS - performance.now()
    const timer = globalThis.setTimeout(() => {
      if (!this.#queued || this.#attempt !== attempt || this.#closed) return
      const { paths, done } = this.#queued
      this.#queued = undefined
      void this.#build({ paths }).finally(done.resolve)
    }, leftMs)
    timer.unref()
  }

  #nextId(): string {
    return `${this.#session}-${this.#number + 1}`
  }

  async #build(order: Order): Promise<void> {
    const attempt = this.#begin(order)
    const { abort, id, startedAt } = attempt
    const building = build({
      settings: this.#settings,
      spares: this.#spares,
      socket: join(this.#folder, `${this.#number}.sock`),
      templates: this.#templates.toCompile(),
      typecheck: this.#typecheck,
      cleared: Promise.all([this.#running.cleared, this.#building]),
      signal: abort.signal,
      onTemplates: warnings => this.#templates.compiled(warnings),
      onStuck: diagnostic => this.#stuck(attempt, diagnostic),
    })
    this.#building = building.catch(() => undefined)
    const report = await building.catch((error: unknown): BuildReport => {
      // Not an error of the application; for example, the system is out of memory or descriptors.
      const diagnostics = diagnose(error, { root: this.#settings.root, stage: 'boot' })
      return { ok: false, loaded: NOTHING, diagnostics }
    })
    if (!report) return
    if (report.ok && abort.signal.aborted) return report.child.kill()
    // The build may have read a half-written file. In that case a change notification is about to arrive.
    if (!report.ok) await setTimeout(REREAD_MS)
    if (abort.signal.aborted || this.#closed) return
    this.#attempt = undefined
    const ms = performance.now() - startedAt
    if (report.ok) this.#serve(id, report, ms)
    else if (this.#isPassing()) this.#isSkipped = true
    else this.#fail(attempt, report.diagnostics, ms)
    this.emit('built', report.ok ? report.child.loaded : report.loaded, report.ok ? report.info : undefined)
    this.#refill = globalThis.setTimeout(() => this.#spares.fill(), REFILL_AFTER_MS)
    if (this.#queued) await this.#buildQueued(report.ok ? report.child : undefined)
  }

  /** Aborts the running build and retires the running process. */
  #begin(order: Order): Attempt {
    const { paths, id = this.#nextId() } = order
    this.#number++
    this.#retries.stop()
    const former = this.#attempt
    former?.abort.abort()
    const attempt = { ...order, id, abort: new AbortController(), startedAt: performance.now() }
    this.#attempt = attempt
    clearTimeout(this.#refill)
    this.#spares.outdate(paths)
    this.#templates.changed(paths)
    this.#isSkipped = false
    this.#served.begin(id, former !== undefined)
    this.emit('building', id, paths)
    this.#running.retire(this.#settings.graceMs)
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
    await this.#build({ paths: queued.paths })
    queued.done.resolve()
  }

  /** Whether to skip showing a failure because the code has changed since; only once in a row. */
  #isPassing(): boolean {
    this.#outdatedFailures = this.#served.isOutdated ? this.#outdatedFailures + 1 : 0
    return this.#outdatedFailures === 1
  }

  #serve(id: string, { child, socket, info, warnings }: Extract<BuildReport, { ok: true }>, ms: number): void {
    if (child.exited) {
      const exit = exitDiagnostic('boot', { code: null, signal: null, output: child.output }, this.#settings)
      return this.#fail({ id }, child.crash ?? [exit], ms)
    }
    this.#outdatedFailures = 0
    this.#lastBuildMs = ms
    this.#retries.reset()
    this.#running.adopt(child)
    child.on('diagnostics', diagnostics => this.emit('diagnostics', diagnostics))
    child.on('rejected', diagnostics => this.emit('rejected', diagnostics))
    child.on('stuck', at => this.emit('diagnostics', [busyDiagnostic(at, this.#settings.root)]))
    child.on('request', request => this.emit('request', request))
    child.on('activity', () => this.emit('activity'))
    child.on('loaded', loaded => this.emit('loaded', loaded))
    const state = { kind: 'ready', build: id, child, socket, info } as const
    this.#served.settle(state)
    this.emit('ready', state, ms, [...this.#templates.warnings, ...warnings])
  }

  /** Why a process exited during a request, or undefined if it is still alive. */
  exitReasonOf(child: Child): Promise<ExitReason | undefined> {
    return this.#running.exitReasonOf(child)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#refill)
    this.#retries.stop()
    this.#attempt?.abort.abort()
    this.#spares.close()
    this.#running.retire(this.#settings.graceMs)
    await Promise.all([this.#running.cleared, this.#building])
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #crashed(diagnostics: readonly Diagnostic[]): void {
    this.emit('crashed', problemOf('application_crashed', diagnostics))
    if (this.#closed || this.#served.isOutdated) return // the build for the pending change restarts it
    // The build stays the same, so open pages need not reload.
    if (this.#crashLoop.crashed(performance.now())) void this.#build({ paths: new Set(), id: this.state.build })
    else this.#fail({ id: `${this.#session}-${++this.#number}` }, diagnostics, 0)
  }

  #fail({ id, quiet }: { id: string; quiet?: boolean }, diagnostics: readonly Diagnostic[], ms: number): void {
    const last = this.#served.last?.kind === 'failed' ? this.#served.last : undefined
    // Pages that show this failure already need not reload: each reload would be another attempt.
    const same = last !== undefined && isSameFailure(last.problem.diagnostics ?? [], diagnostics)
    const stage = diagnostics[0]?.stage ?? 'load'
    const problem = problemOf(`${stage}_failed`, diagnostics)
    const state = { kind: 'failed', build: same && quiet ? last.build : id, problem } as const
    this.#served.settle(state)
    const waitMs = this.#retries.failed(diagnostics)
    if (same && quiet) return void this.emit('unchanged', state)
    this.emit('failed', state, ms)
    if (waitMs !== undefined) this.emit('waiting', waitMs)
  }

  /** Shows where a build is stuck. The build continues, and its outcome replaces this. */
  #stuck({ id, abort, startedAt }: Attempt, diagnostic: Diagnostic): void {
    if (abort.signal.aborted || this.#closed || this.#served.isOutdated) return
    const state = {
      kind: 'failed',
      build: `${id}-stuck`,
      problem: problemOf(`${diagnostic.stage}_failed`, [diagnostic]),
    } as const
    this.#served.settle(state)
    this.emit('failed', state, performance.now() - startedAt)
  }
}
