import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Diagnostic } from '@arlen/core'
import { createRedact, type DevelopmentProblem, diagnose, type Redact } from '@arlen/core/error-report'
import { type BuildReport, build, exitDiagnostic } from './builder.ts'
import type { Child } from './child.ts'
import { CrashBrake } from './crash-brake.ts'
import { childEnv } from './env-files.ts'
import type { AppFacts, RequestFact } from './messages.ts'
import { Nursery } from './nursery.ts'
import type { Settings } from './options.ts'
import { makeSocketFolder } from './socket-folder.ts'
import { TemplateTracker } from './template-tracker.ts'

export type Typecheck = (signal: AbortSignal) => Promise<readonly Diagnostic[]>

export type State =
  | { kind: 'building'; build: string }
  | { kind: 'ready'; build: string; child: Child; socket: string; facts: AppFacts }
  | { kind: 'failed'; build: string; problem: DevelopmentProblem }

export type Settled = Exclude<State, { kind: 'building' }>

export interface SupervisorEvents {
  building: [build: string, paths: ReadonlySet<string>]
  ready: [state: Extract<State, { kind: 'ready' }>, ms: number, warnings: readonly Diagnostic[]]
  failed: [state: Extract<State, { kind: 'failed' }>, ms: number]
  /** The application's process ended by itself and is started again. */
  crashed: [problem: DevelopmentProblem]
  diagnostics: [diagnostics: readonly Diagnostic[]]
  request: [request: RequestFact]
  /** Files that the application has loaded. */
  files: [files: readonly string[]]
}

/** What became of a process: it crashed, or it was replaced by another. */
export type Obituary = { kind: 'crashed'; problem: DevelopmentProblem } | { kind: 'replaced' }

/** How long after the last build the next process is started to wait: first come the requests that have waited. */
const REFILL_AFTER_MS = 60
/** How long word of a change may take. */
const REREAD_MS = 25
/** How long after a lost request the word of a process's end may take to arrive. */
const LOSS_MS = 500

/** Runs the application in one process after another and knows, at any time, what there is to serve. Runs none of its code. */
export class Supervisor extends EventEmitter<SupervisorEvents> {
  readonly #settings: Settings
  readonly #templates: TemplateTracker
  readonly #typecheck: Typecheck | undefined
  readonly #nursery: Nursery
  readonly #folder = makeSocketFolder()
  readonly #session = Date.now().toString(36)
  readonly #brake = new CrashBrake()
  #number = 0
  /** Something has changed that no build has taken in yet. */
  #changing = false
  #state: State
  #settled = Promise.withResolvers<Settled>()
  #attempt = new AbortController()
  #running: Child | undefined
  #obituaries = new WeakMap<Child, Promise<Obituary>>()
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
    this.#nursery = new Nursery(() => ({
      root: settings.root,
      // Failures of handlers are shown by the application itself, with the same links.
      env: { ...childEnv(settings.root, settings.env), BOOMHAUER_EDITOR: settings.editor },
      nodeArgs: settings.nodeArgs,
      preload: settings.preload,
    }))
    this.#nursery.fill()
  }

  get state(): State {
    return this.#state
  }

  /** Takes secrets out, by the environment as the application has it. */
  get redact(): Redact {
    return createRedact(childEnv(this.#settings.root, this.#settings.env))
  }

  /** What there is to serve, as soon as that is known. */
  async settled(): Promise<Settled> {
    return this.#state.kind === 'building' ? this.#settled.promise : this.#state
  }

  /** A new build is about to come: requests wait for it from now on. */
  hold(): void {
    this.#changing = true
    this.#wait(this.#state.build)
  }

  #wait(build: string): void {
    if (this.#state.kind !== 'building') this.#settled = Promise.withResolvers()
    this.#state = { kind: 'building', build }
  }

  /** Builds and starts the application anew. A build under way is given up. Resolves when it is done or given up. */
  async rebuild(paths: ReadonlySet<string> = new Set()): Promise<void> {
    await this.#rebuild(paths, `${this.#session}-${this.#number + 1}`)
  }

  async #rebuild(paths: ReadonlySet<string>, id: string): Promise<void> {
    if (this.#closed) return
    const started = performance.now()
    const number = ++this.#number
    this.#attempt.abort()
    const attempt = new AbortController()
    this.#attempt = attempt
    clearTimeout(this.#refill)
    this.#nursery.outdate(paths)
    this.#templates.changed(paths)
    this.#changing = false
    this.#wait(id)
    this.emit('building', id, paths)
    this.#retire()

    const building = build({
      settings: this.#settings,
      nursery: this.#nursery,
      socket: join(this.#folder, `${number}.sock`),
      templates: this.#templates.toCompile(),
      typecheck: this.#typecheck,
      cleared: Promise.all([this.#clearing, this.#building]),
      signal: attempt.signal,
      onTemplates: warnings => this.#templates.compiled(warnings),
    })
    this.#building = building.catch(() => undefined)
    const report = await building.catch((error: unknown): BuildReport => {
      // What the application cannot be blamed for, such as a system without memory or files to give.
      return { ok: false, files: [], diagnostics: diagnose(error, { root: this.#settings.root, stage: 'boot' }) }
    })
    if (!report) return
    if (report.ok && attempt.signal.aborted) return report.child.kill()
    if (!report.ok) {
      // A file that was just being written may have been read half: then word of it is on its way, and a build follows.
      await setTimeout(REREAD_MS)
      if (attempt.signal.aborted || this.#changing || this.#closed) return
    }
    const ms = performance.now() - started
    if (report.ok) this.#serve(id, report, ms)
    else this.#fail(id, report.diagnostics, ms)
    this.emit('files', report.ok ? report.child.files : report.files)
    this.#refill = globalThis.setTimeout(() => this.#nursery.fill(), REFILL_AFTER_MS)
  }

  #serve(id: string, { child, socket, facts, warnings }: Extract<BuildReport, { ok: true }>, ms: number): void {
    if (child.exited) {
      const exit = exitDiagnostic('boot', { code: null, signal: null, output: child.output })
      return this.#fail(id, child.crash ?? [exit], ms)
    }
    this.#adopt(child)
    const state = { kind: 'ready', build: id, child, socket, facts } as const
    this.#settle(state)
    this.emit('ready', state, ms, [...this.#templates.warnings, ...warnings])
  }

  /** What became of a process that was lost under a request, or undefined when it lives on. */
  async obituaryOf(child: Child): Promise<Obituary | undefined> {
    const timer = setTimeout(LOSS_MS, undefined, { ref: false })
    return Promise.race([this.#obituaries.get(child), timer])
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#refill)
    this.#attempt.abort()
    this.#nursery.close()
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
    const { promise, resolve } = Promise.withResolvers<Obituary>()
    this.#obituaries.set(child, promise)
    child.on('diagnostics', diagnostics => this.emit('diagnostics', diagnostics))
    child.on('request', request => this.emit('request', request))
    child.once('exit', (code, signal) => {
      if (this.#running !== child) return resolve({ kind: 'replaced' })
      this.#running = undefined
      const diagnostics = child.crash ?? [exitDiagnostic('runtime', { code, signal, output: child.output })]
      const problem = this.#problem('application_crashed', diagnostics)
      resolve({ kind: 'crashed', problem })
      this.emit('crashed', problem)
      // It is the same build: pages that are open have nothing new to show.
      if (this.#brake.crashed(performance.now())) this.#rebuild(new Set(), this.#state.build)
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
    this.#state = state
    this.#settled.resolve(state)
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
