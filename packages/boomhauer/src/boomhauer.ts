import { EventEmitter } from 'node:events'
import { basename, join, relative } from 'node:path'
import type { Diagnostic } from '@arlen/core'
import { type DevelopmentProblem, diagnose } from '@arlen/error-report'
import { renderDiagnosticsHtml } from '@arlen/error-report/page'
import { childEnv } from './build/env-files.ts'
import { Supervisor } from './build/supervisor.ts'
import { typecheck } from './build/typecheck.ts'
import type { AppInfo, RequestRecord } from './child/protocol.ts'
import { type BoomhauerOptions, resolveOptions, type Settings } from './options.ts'
import { RETRY, runAction } from './pages/actions.ts'
import { createInternalPages } from './pages/internal-pages.ts'
import { LiveReload } from './pages/live-reload.ts'
import type { Insight } from './panel/overview-page.ts'
import { RequestLog } from './panel/request-log.ts'
import { DevServer } from './proxy/dev-server.ts'
import { Watcher } from './watch/watcher.ts'

/** The events of a development server, by name. */
export interface BoomhauerEvents {
  /** A build started because these files changed (none for the first build). */
  building: [event: { build: string; paths: readonly string[] }]
  ready: [event: { build: string; ms: number; warnings: readonly Diagnostic[]; info: AppInfo }]
  failed: [event: { build: string; ms: number; problem: DevelopmentProblem }]
  /** The application's process crashed. It is restarted unless it crashes again and again. */
  crashed: [event: { problem: DevelopmentProblem }]
  /** Type errors or warnings, which do not stop the application. */
  notice: [event: { id: string; diagnostics: readonly Diagnostic[] }]
  /** The types have been checked while the application runs; no diagnostics means no errors. */
  typechecked: [event: { diagnostics: readonly Diagnostic[] }]
  /** Files changed that need no new build: pages load them, or the running application reads them again. */
  reloaded: [event: { effect: 'reload' | 'styles' | 'templates'; paths: readonly string[] }]
  /** The start failed because something outside is missing, and will be retried. */
  waiting: [event: { inMs: number }]
  /** The system does not report changes here, so the folder is polled. */
  polling: [event: { everyMs: number }]
  request: [request: RequestRecord]
  closed: []
}

/** A running development server. */
export class Boomhauer extends EventEmitter<BoomhauerEvents> {
  readonly settings: Settings
  readonly #supervisor: Supervisor
  readonly #server: DevServer
  readonly #watcher: Watcher | undefined
  readonly #live = new LiveReload()
  readonly #requests = new RequestLog()
  #port = 0
  #buildMs: number | undefined
  #check: AbortController | undefined
  #closing: Promise<void> | undefined

  constructor(settings: Settings) {
    super()
    this.settings = settings
    this.#supervisor = new Supervisor(settings, settings.typecheck === 'block' ? this.#typecheck : undefined)
    const pages = createInternalPages({
      supervisor: this.#supervisor,
      live: this.#live,
      places: settings,
      requests: this.#requests,
      insight: () => this.#insight(),
      act: name => this.#act(name),
    })
    this.#server = new DevServer(settings, this.#supervisor, pages)
    const { root, watch, ignore, pollMs } = settings
    if (watch !== false) {
      const folders = [join(root, settings.templates ?? 'templates')]
      this.#watcher = new Watcher({ root, watch, ignore, folders, pollMs, whole: () => this.#supervisor.isWhole })
    }
    this.#connect()
  }

  get port(): number {
    return this.#port
  }

  get url(): string {
    const { host } = this.settings
    const name = host === '127.0.0.1' || host === '0.0.0.0' || host === '::' || host === '::1' ? 'localhost' : host
    return `http://${name.includes(':') ? `[${name}]` : name}:${this.#port}`
  }

  get state(): 'building' | 'ready' | 'failed' {
    return this.#supervisor.state.kind
  }

  /** Id of the process that runs the application; undefined while none does. */
  get pid(): number | undefined {
    const { state } = this.#supervisor
    return state.kind === 'ready' ? state.child.pid : undefined
  }

  /** Resolves once the server accepts requests; the first build may still be running. */
  async start(): Promise<void> {
    try {
      this.#port = (await this.#server.listen()).port
    } catch (error) {
      await this.#supervisor.close()
      throw error
    }
    this.#supervisor.rebuild()
    await this.#watcher?.start()
  }

  /** Rebuilds and restarts the application as if a file had changed. */
  async rebuild(): Promise<void> {
    await this.#supervisor.rebuild()
  }

  /** Stops the application and the server. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#check?.abort()
    this.#live.close()
    await Promise.all([this.#watcher?.close(), this.#supervisor.close(), this.#server.close()])
    this.emit('closed')
  }

  #typecheck = (signal: AbortSignal): Promise<readonly Diagnostic[]> => {
    return typecheck({ root: this.settings.root, redact: this.#supervisor.redact }, signal)
  }

  /** Checks the types while the application runs, so that no request waits for it. */
  async #checkTypes(): Promise<void> {
    if (this.settings.typecheck !== 'notice') return
    const check = new AbortController()
    this.#check = check
    const diagnostics = await this.#typecheck(check.signal).catch(error => [warning(String(error))])
    if (check.signal.aborted) return
    const count = diagnostics.length
    this.notice('typecheck', `${count} type error${count === 1 ? '' : 's'}`, diagnostics)
    this.emit('typechecked', { diagnostics })
  }

  #connect(): void {
    const supervisor = this.#supervisor
    supervisor.on('building', (build, paths) => {
      this.#check?.abort()
      this.emit('building', { build, paths: [...paths] })
      this.#tell()
    })
    supervisor.on('ready', ({ build, info }, ms, warnings) => {
      this.#buildMs = ms
      this.#tell()
      this.notice('warnings', 'Warnings', warnings)
      this.emit('ready', { build, ms, warnings, info })
      this.#checkTypes()
    })
    supervisor.on('failed', ({ build, problem }, ms) => {
      this.#buildMs = ms
      this.#tell()
      this.emit('failed', { build, ms, problem })
    })
    supervisor.on('crashed', problem => {
      this.notice('crash', 'The application crashed and was started again', problem.diagnostics ?? [])
      this.emit('crashed', { problem })
    })
    supervisor.on('diagnostics', diagnostics => this.notice('application', 'The application reports', diagnostics))
    supervisor.on('rejected', diagnostics => this.notice('rejection', 'Unhandled rejection', diagnostics))
    supervisor.on('unchanged', () => this.#tell())
    supervisor.on('waiting', inMs => this.emit('waiting', { inMs }))
    supervisor.on('built', (loaded, info) => this.#watcher?.built(loaded, info))
    supervisor.on('loaded', loaded => this.#watcher?.follow(loaded))
    supervisor.on('request', request => {
      this.#requests.add(request)
      this.#live.active()
      this.emit('request', request)
    })
    supervisor.on('activity', () => this.#live.active())
    this.#watcher?.on('stir', () => supervisor.hold())
    this.#watcher?.on('calm', () => supervisor.release())
    this.#watcher?.on('loop', path => this.#loop(path))
    this.#watcher?.on('change', (effect, paths) => this.#changed(effect, paths))
    this.#watcher?.on('polling', everyMs => this.emit('polling', { everyMs }))
    this.#watcher?.on('error', error => this.notice('watcher', 'Watching', [warning(error.message)]))
  }

  /** Reports that a file is ignored from now on, and why. */
  #loop(path: string): void {
    const file = relative(this.settings.root, path)
    const message = `${file} caused build after build, although the application has not loaded it. Its changes are ignored from now on.`
    const hint = `If the application writes it, name it in --ignore; if it reads it, in --watch.`
    this.notice('watcher', 'A file is ignored', [{ ...warning(message), file, hint }])
  }

  /** Templates have changed that the application reads again. A failure is that of a build. */
  async #refresh(paths: ReadonlySet<string>): Promise<void> {
    const warnings = await this.#supervisor.refresh(paths)
    if (!warnings) return void this.#supervisor.rebuild(paths)
    this.notice('warnings', 'Warnings', warnings)
    this.#live.send({ type: 'reload' })
    this.emit('reloaded', { effect: 'templates', paths: [...paths] })
    this.#check?.abort()
    await this.#checkTypes()
  }

  #changed(effect: 'rebuild' | 'templates' | 'reload' | 'styles' | 'types', paths: ReadonlySet<string>): void {
    if (effect === 'templates' && this.settings.typecheck !== 'block') return void this.#refresh(paths)
    if (effect === 'templates') return void this.#supervisor.rebuild(paths)
    if (effect === 'types' && this.settings.typecheck === 'notice') {
      this.#check?.abort()
      void this.#checkTypes()
    }
    if (effect === 'types' && this.settings.typecheck !== 'block') return
    if (effect === 'types') return void this.#supervisor.rebuild(paths)
    if (effect === 'rebuild') {
      this.#supervisor.rebuild(paths)
      for (const id of ['crash', 'application', 'rejection', 'action']) this.notice(id, '', [])
      return
    }
    if (effect === 'styles') this.#live.send({ type: 'styles', files: [...paths].map(path => basename(path)) })
    else this.#live.send({ type: 'reload' })
    this.emit('reloaded', { effect, paths: [...paths] })
  }

  /** Shows diagnostics in a notice on the pages, or removes the notice if there are none. */
  notice(id: string, title: string, diagnostics: readonly Diagnostic[]): void {
    const { root, editor } = this.settings
    const html = diagnostics.length === 0 ? '' : renderDiagnosticsHtml(diagnostics, { root, editor })
    this.#live.send({ type: 'notice', id, title, html })
    if (diagnostics.length > 0) this.emit('notice', { id, diagnostics })
  }

  #tell(): void {
    const { build, kind } = this.#supervisor.state
    this.#live.send({ type: 'state', build, state: kind })
  }

  async #act(name: string): Promise<void> {
    // The page that follows waits for the outcome, as every request does.
    if (name === RETRY) return void this.#supervisor.rebuild()
    const { root, env, actions } = this.settings
    const failure = await runAction(name, { root, env: childEnv(root, env), commands: actions })
    const shown = failure ? diagnose({ diagnostics: [failure] }, { root, redact: this.#supervisor.redact }) : []
    this.notice('action', 'The command failed', shown)
    await this.#supervisor.rebuild()
  }

  #insight(): Insight {
    const { state } = this.#supervisor
    const info = state.kind === 'ready' ? state.info : {}
    return {
      state: state.kind,
      build: state.build,
      buildMs: this.#buildMs,
      failure: state.kind === 'failed' ? state.problem.detail : undefined,
      root: this.settings.root,
      routes: info.routes ?? [],
      config: info.config ?? [],
      requests: this.#requests.all,
    }
  }
}

function warning(message: string): Diagnostic {
  return { stage: 'runtime', severity: 'warning', message }
}

/**
 * Starts the development server for the application in a folder.
 *
 * ```ts
 * const server = await createBoomhauer({ root: 'apps/shop', port: 3000 })
 * server.on('failed', ({ problem }) => console.error(problem.detail))
 * ```
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, `root_missing`, `port_in_use`, `port_forbidden`. Errors of the
 *   application do not reject: they are served.
 */
export async function createBoomhauer(options: BoomhauerOptions = {}): Promise<Boomhauer> {
  const server = new Boomhauer(resolveOptions(options))
  await server.start()
  return server
}
