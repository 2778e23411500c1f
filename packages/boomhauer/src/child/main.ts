/** The application's process: waits, loads the application on request, and reports the outcome. */
import { subscribe } from 'node:diagnostics_channel'
import { existsSync, readFileSync } from 'node:fs'
import { open as openInspector } from 'node:inspector'
import { createRequire } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Diagnostic } from '@arlen/core'
import { ArlenError, controlsOf, isServable, type Servable } from '@arlen/core'
import { codeFrame } from '@arlen/core/code-frame'
import type { SourceLocation } from '@arlen/core/stack'
import { createRedact, type DiagnoseOptions, diagnose } from '@arlen/error-report'
import { boomhauerError } from '../errors.ts'
import { infoOf } from './application-info.ts'
import { compileTemplates } from './compile-templates.ts'
import { type ConfigProblem, placeProblems, problemsOf } from './config-problems.ts'
import { findTopLevel } from './find-await.ts'
import { sayLastWords } from './last-words.ts'
import { LoadedModules } from './loaded-modules.ts'
import type { FromChild, Loaded, Question, SettingInfo, TemplateFolders, ToChild } from './protocol.ts'
import { recordRequests } from './request-records.ts'
import { printLoggedErrors } from './terminal-log.ts'
import { warmTypeScript } from './warm-typescript.ts'

/** The numbers that the guard shares; see guard.ts. */
const [HEARTBEATS, RUNNING] = [0, 1] as const
const HEARTBEAT_MS = 100
/** Modules are loaded in bursts. */
const REPORT_AFTER_MS = 10

const root = process.argv[2]!
const preload = process.argv.slice(3)

let stage: Diagnostic['stage'] = 'load'
let app: Servable | undefined
const modules = new LoadedModules(() => reportLater())
const folders = new Set<string>()
const assets = new Set<string>()
const templates = new Set<string>()
let reporting: NodeJS.Timeout | undefined
subscribe('arlen:reads', message => {
  const { folder, as } = message as { folder: string; as: 'source' | 'assets' | 'templates' }
  if (as === 'templates') templates.add(folder)
  ;(as === 'assets' ? assets : folders).add(folder)
  reportLater()
})

const shared = new Int32Array(new SharedArrayBuffer(8))
const guard = new URL(import.meta.url.endsWith('.ts') ? './guard.ts' : './guard.js', import.meta.url)
new Worker(guard, { workerData: { shared: shared.buffer, root } }).unref()
setInterval(() => Atomics.add(shared, HEARTBEATS, 1), HEARTBEAT_MS).unref()
let leaving = false
process.once('exit', () => {
  // Other code called process.exit(): it is in the stack.
  if (!leaving) sayLastWords({ type: 'exit', stack: new Error('exit').stack ?? '' })
})
process.once('disconnect', () => process.kill(-process.pid, 'SIGKILL'))
process.on('message', (message: ToChild) => {
  if (message.type === 'load') load(message)
  else if (message.type === 'prepare') prepare(message.templates)
  else if (message.type === 'where') where()
  else if (message.type === 'ask') answer(message.id, message.question)
  else close(message.graceMs)
})
process.on('uncaughtExceptionMonitor', error => {
  // If the application handles these itself, it continues. Otherwise, instead of printing and exiting, we report and exit.
  if (process.listenerCount('uncaughtException') > 0) return
  process.once('uncaughtException', () => {
    process.removeAllListeners('message')
    send({ type: 'crashed', diagnostics: report(error) }, () => leave(1))
  })
})
await loadAhead()
send({ type: 'warm', loaded: loaded() })

/** Preloads modules that rarely change, while no request waits. */
async function loadAhead(): Promise<void> {
  await warmTypeScript()
  const { resolve } = createRequire(join(root, 'package.json'))
  for (const name of preload) {
    try {
      await import(pathToFileURL(resolve(name)).href)
    } catch {
      // The application does not use it, or will fail on it and report that itself.
    }
  }
}

async function prepare(templates: TemplateFolders): Promise<void> {
  try {
    Atomics.store(shared, RUNNING, 1)
    send({ type: 'prepared', warnings: await compileTemplates(templates, root) })
  } catch (error) {
    send({ type: 'failed', loaded: loaded(), diagnostics: diagnose(error, { root, stage: 'template' }) })
  }
}

async function load({ entry, socket, inspect }: Extract<ToChild, { type: 'load' }>): Promise<void> {
  try {
    process.argv.splice(1, process.argv.length, entry) // as if Node.js had been started with the application
    if (inspect) openInspector(inspect.port, inspect.host, inspect.wait)
    else Atomics.store(shared, RUNNING, 1)
    const module = (await import(pathToFileURL(entry).href)) as { default?: unknown }
    if (!isServable(module.default)) {
      send({ type: 'failed', loaded: loaded(), diagnostics: [notServable(entry)] })
      return
    }
    app = module.default
    stage = 'boot'
    const { log } = app as { log?: { level?: string } }
    subscribe('arlen:unhandled-rejection', message => {
      const { reason } = message as { reason: unknown }
      send({ type: 'rejected', diagnostics: report(reason) })
    })
    for (const name of ['arlen:job', 'arlen:mail:keep']) subscribe(name, () => send({ type: 'activity' }))
    const { routeOfRequest } = recordRequests(request => send({ type: 'request', request }))
    printLoggedErrors({
      report: error => report(error, routeOfRequest()),
      redact: createRedact(),
      write: text => void process.stdout.write(text),
      color: process.stdout.isTTY === true && !process.env.NO_COLOR,
      isWanted: () => isForPeople(infoOf(app!).config) && log?.level !== 'silent',
    })
    controlsOf(app).measureStages?.()
    await app.listen({ path: socket })
    stage = 'runtime'
    send({ type: 'ready', loaded: loaded(), info: infoOf(app) })
  } catch (error) {
    const thrownAt = stage === 'load' && !hasStack(error) ? await modules.thrownAt(root, error) : undefined
    send({ type: 'failed', loaded: loaded(), diagnostics: report(error, thrownAt) })
  }
}

function hasStack(error: unknown): boolean {
  try {
    return typeof (error as Error | undefined)?.stack === 'string'
  } catch {
    return false // null, or a getter that throws
  }
}

/** Reports what the loading of the application waits for. */
async function where(): Promise<void> {
  const at = stage === 'load' ? await modules.pendingAwait(root) : undefined
  send({ type: 'where', ...(at && { at }) })
}

function answerTo(question: Question): Promise<unknown> | undefined {
  const controls = controlsOf(app!)
  switch (question.about) {
    case 'inspection':
      return controls.inspect?.()
    case 'plan':
      return controls.explain?.(question.sql)
    case 'job':
      return controls.runJob?.(question.name)
    case 'templates':
      return compileTemplates(question.templates, root)
  }
}

/** Answers a question about the application, if it is one that can. */
async function answer(id: number, question: Question): Promise<void> {
  try {
    send({ type: 'answer', id, answer: await answerTo(question) })
  } catch (error) {
    send({ type: 'answer', id, error: createRedact()(String(error)) })
  }
}

function notServable(entry: string): Diagnostic {
  const lines = readFileSync(entry, 'utf8').trimEnd().split('\n')
  const line = lines.findLastIndex(text => text.startsWith('export default')) + 1 || lines.length
  const error = boomhauerError('app_not_servable', { entry: relative(root, entry) })
  return {
    stage: 'load',
    severity: 'error',
    message: error.message,
    code: error.code,
    file: relative(root, entry),
    line,
    column: 1,
    snippet: codeFrame(lines.join('\n'), line, 1),
  }
}

/** Whether the application writes its log as text, to be read here. */
function isForPeople(config: readonly SettingInfo[] = []): boolean {
  const settingOf = (key: string) => config.find(setting => setting.key === key)?.value
  return /^"(?:auto|text)"$/.test(settingOf('log.format') ?? '') && !/silent|fatal/.test(settingOf('log.level') ?? '')
}

async function close(graceMs: number): Promise<void> {
  try {
    await app?.close({ graceMs })
  } catch (error) {
    send({ type: 'diagnostics', diagnostics: report(error).map(found => ({ ...found, severity: 'warning' })) })
  }
  leave(0)
}

function leave(code: number): void {
  leaving = true
  process.exit(code)
}

/** @param otherwise - where to look if the error itself names no place */
function report(error: unknown, otherwise?: SourceLocation): Diagnostic[] {
  const at = stage === 'load' ? modules.locate(error) : undefined
  const hint = stage === 'load' ? modules.hintFor(error, root, at) : undefined
  const options = { root, stage: stageOf(error), hide: join(import.meta.dirname, '..'), otherwise }
  const known = at ?? unloadable(error, options)
  const found = diagnose(error, { ...options, ...(known && { at: known }) })
  const problems = problemsOf(error)
  if (problems.length > 0) return configReports(error, found[0]!, problems)
  return hint === undefined ? found : found.map((diagnostic, i) => (i === 0 ? { ...diagnostic, hint } : diagnostic))
}

/** Where a file in `config/` failed, which is closer to the mistake than the call that loaded it. */
function unloadable(error: unknown, options: DiagnoseOptions): SourceLocation | undefined {
  if (!(error instanceof ArlenError) || error.code !== 'config_unloadable') return undefined
  const awaited = awaitedIn(error)
  if (awaited) return awaited
  const [cause] = diagnose(error.cause, options)
  return cause?.file === undefined || cause.line === undefined
    ? undefined
    : { file: resolve(root, cause.file), line: cause.line, ...(cause.column && { column: cause.column }) }
}

/** Files in `config/` are loaded at once, so that none of them can wait for something. */
function awaitedIn({ cause, message }: Error): SourceLocation | undefined {
  const name = /^(.+?) cannot be loaded/.exec(message)?.[1]
  if ((cause as NodeJS.ErrnoException | undefined)?.code !== 'ERR_REQUIRE_ASYNC_MODULE' || name === undefined)
    return undefined
  const file = resolve(root, name)
  const position = existsSync(file) ? findTopLevel('await', readFileSync(file, 'utf8')) : undefined
  return position && { file, ...position }
}

/** One report for each mistake in the configuration. */
function configReports(error: unknown, whole: Diagnostic, problems: readonly ConfigProblem[]): Diagnostic[] {
  const env = process.env.ARLEN_ENV || process.env.NODE_ENV || 'development'
  return placeProblems(whole, problems, root, env).map(({ problem, at }) => {
    const [found] = diagnose(error, { root, stage: 'config', hide: join(import.meta.dirname, '..'), ...(at && { at }) })
    return { ...found!, message: problem.message }
  })
}

/** The stage of an error: a configuration error is recognized by its code, whenever it occurs. */
function stageOf(error: unknown): Diagnostic['stage'] {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && code.startsWith('config_') ? 'config' : stage
}

function loaded(): Loaded {
  return { files: modules.files, folders: [...folders], assets: [...assets], templates: [...templates] }
}

/** Reports what a running application loads later, such as at the first request. */
function reportLater(): void {
  if (stage !== 'runtime' || reporting) return
  reporting = setTimeout(() => {
    reporting = undefined
    send({ type: 'loaded', loaded: loaded() })
  }, REPORT_AFTER_MS).unref()
}

function send(message: FromChild, then?: () => void): void {
  if (process.connected) process.send!({ ...message, boomhauer: true }, undefined, undefined, () => then?.())
  else then?.()
}
