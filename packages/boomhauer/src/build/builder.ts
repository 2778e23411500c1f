import { join } from 'node:path'
import { debuglog } from 'node:util'
import type { Diagnostic } from '@arlen/core'
import { ArlenError } from '@arlen/core'
import type { SourceLocation } from '@arlen/core/stack'
import { createRedact, diagnose } from '@arlen/error-report'
import type { AppInfo, Loaded, TemplateFolders } from '../child/protocol.ts'
import { findEntry as entryOf, type Settings } from '../options.ts'
import type { Child, Outcome } from './child.ts'
import { childEnv } from './env-files.ts'
import type { SpareProcesses } from './spare-processes.ts'

/** Calls in it are not the application's. */
const OWN_FOLDER = join(import.meta.dirname, '..')

/** How long a top-level await may take until it is shown. */
const WAITING_MS = 5_000

const debug = debuglog('arlen:boomhauer')

/** What a failed build had loaded before a process began. */
export const NOTHING: Loaded = { files: new Map(), folders: [], assets: [], templates: [] }

/** The result of a build. */
export type BuildReport =
  | { ok: true; child: Child; socket: string; info: AppInfo; warnings: readonly Diagnostic[] }
  | { ok: false; loaded: Loaded; diagnostics: readonly Diagnostic[] }

export interface BuildOptions {
  settings: Settings
  /** Provides the process. */
  spares: Pick<SpareProcesses, 'take'>
  /** Path of the unix socket for the application. */
  socket: string
  /** Templates to compile first; undefined if none have changed. */
  templates: TemplateFolders | undefined
  /** Checks the types before the application is loaded; a diagnostic of severity `error` fails the build. */
  typecheck: ((signal: AbortSignal) => Promise<readonly Diagnostic[]>) | undefined
  /** Resolves when the previous process and its children are gone. */
  cleared: Promise<unknown>
  /** Aborted when a newer build supersedes this one. */
  signal: AbortSignal
  /** The templates have been compiled. */
  onTemplates: (warnings: readonly Diagnostic[]) => void
  /** The application's start does not return from this location. The build continues. */
  onStuck: (diagnostic: Diagnostic) => void
}

/**
 * Runs one build: compiles templates, checks types, then loads and starts the application in a new process. Resolves with
 * undefined if it was aborted. The previous process is gone before the new one loads any application code, so that they
 * never compete for ports, locks or files.
 */
export async function build(options: BuildOptions): Promise<BuildReport | undefined> {
  const { settings, socket, templates, typecheck, cleared, signal, onTemplates, onStuck, spares } = options
  const warnings: Diagnostic[] = []
  const started = performance.now()
  const lap = (what: string) => debug('%s after %d ms', what, Math.round(performance.now() - started))
  // Taken as late as possible, so that a build aborted early leaves the spare process to the next one.
  let child: Child | undefined
  const abort = () => child?.kill()
  signal.addEventListener('abort', abort)
  const fail = async (diagnostics: readonly Diagnostic[]): Promise<BuildReport | undefined> => {
    signal.removeEventListener('abort', abort)
    child?.kill()
    await child?.gone
    if (signal.aborted) return undefined
    return { ok: false, loaded: child?.loaded ?? NOTHING, diagnostics: [...diagnostics, ...warnings] }
  }
  const onStuckAt = (at: SourceLocation) => onStuck(stuckDiagnostic(at, settings.root))
  if (templates) {
    child = spares.take().on('stuck', onStuckAt)
    const prepared = await within(child.prepare(templates), settings.bootTimeoutMs)
    if (prepared.kind !== 'prepared') return fail(diagnosticsOf(prepared, 'template', settings))
    onTemplates(prepared.warnings)
    lap('templates compiled')
  }
  if (typecheck && !signal.aborted) {
    const found = await typecheck(signal)
    if (found.some(diagnostic => diagnostic.severity === 'error')) return fail(found)
    warnings.push(...found)
    lap('types checked')
  }
  const entry = findEntry(settings)
  if (typeof entry !== 'string') return fail([entry])
  await cleared
  lap('former process gone')
  if (signal.aborted) return fail([])
  child ??= spares.take().on('stuck', onStuckAt)
  const outcome = await loadIn(child, { entry, socket, settings, onStuck })
  if (outcome.kind !== 'ready' || signal.aborted) return fail(diagnosticsOf(outcome, 'boot', settings))
  signal.removeEventListener('abort', abort)
  child.off('stuck', onStuckAt)
  lap('application started')
  return { ok: true, child, socket, info: outcome.info, warnings }
}

/** Loads the application, and tells what it waits for if that takes long. */
async function loadIn(
  child: Child,
  { entry, socket, settings, onStuck }: { entry: string; socket: string } & Pick<BuildOptions, 'settings' | 'onStuck'>,
): Promise<Outcome | Timeout> {
  let isOver = false
  const show = async () => {
    const at = child.stuckAt ? undefined : await child.where() // a loop has been shown already
    if (at && !isOver) onStuck(waitingDiagnostic(at, settings.root))
  }
  const timer = settings.bootTimeoutMs > WAITING_MS ? setTimeout(() => void show(), WAITING_MS) : undefined
  try {
    const outcome = await within(child.load(entry, socket), settings.bootTimeoutMs)
    return outcome.kind === 'timeout' ? { ...outcome, at: await child.where() } : outcome
  } finally {
    isOver = true
    clearTimeout(timer)
  }
}

function findEntry(settings: Settings): string | Diagnostic {
  try {
    return entryOf(settings)
  } catch (error) {
    if (!(error instanceof ArlenError)) throw error
    return { stage: 'load', severity: 'error', message: error.message, code: error.code }
  }
}

type Timeout = { kind: 'timeout'; at?: SourceLocation | undefined }

async function within(outcome: Promise<Outcome>, ms: number): Promise<Outcome | Timeout> {
  const { promise, resolve } = Promise.withResolvers<Timeout>()
  const timer = setTimeout(resolve, ms, { kind: 'timeout' })
  try {
    return await Promise.race([outcome, promise])
  } finally {
    clearTimeout(timer)
  }
}

/** The diagnostics of a failed outcome. */
export function diagnosticsOf(
  outcome: Outcome | Timeout,
  stage: Diagnostic['stage'],
  settings: Settings,
): readonly Diagnostic[] {
  switch (outcome.kind) {
    case 'failed':
      return outcome.diagnostics
    case 'exited':
      return [exitDiagnostic(stage, outcome, settings)]
    case 'timeout':
      return located(
        {
          stage,
          severity: 'error',
          message: `The application was not ready within ${settings.bootTimeoutMs / 1000} s`,
          hint: 'Something it waits for while it loads or starts does not come: a top-level await, a start hook, a database.',
        },
        settings.root,
        outcome.at,
      )
    default:
      return []
  }
}

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
  output: string
  /** The trace of its call of `process.exit()`. */
  stack?: string | undefined
  /** The names of requests that it has not answered. */
  unanswered?: readonly string[]
}

/** Adds the location and its source to a diagnostic. */
function located(diagnostic: Diagnostic, root: string, at: SourceLocation | undefined): Diagnostic[] {
  if (!at) return [diagnostic]
  const { file, line, column } = at
  const place = { file, line, ...(column !== undefined && { column }) }
  return diagnose({ diagnostics: [{ ...diagnostic, ...place }] }, { root })
}

function stuckDiagnostic(at: SourceLocation, root: string): Diagnostic {
  const message = 'The application has not finished starting: it has been busy here for 2 s'
  const hint = 'A loop that does not end, or work that takes long. If it ends, the page goes away by itself.'
  return located({ stage: 'boot', severity: 'error', message, hint }, root, at)[0]!
}

function waitingDiagnostic(at: SourceLocation, root: string): Diagnostic {
  const message = `The application has not finished loading: it has waited here for ${WAITING_MS / 1000} s`
  const hint =
    'A promise that is never settled, or a service that does not answer. If it comes, the page goes away by itself.'
  return located({ stage: 'load', severity: 'error', message, hint }, root, at)[0]!
}

/** Where a running application is busy, so that no request is answered. */
export function busyDiagnostic(at: SourceLocation, root: string): Diagnostic {
  const message = 'The application answers nothing: it has been busy here for 2 s'
  const hint = 'A loop that does not end, or work that belongs in a worker thread. A save ends it.'
  return located({ stage: 'runtime', severity: 'warning', message, hint }, root, at)[0]!
}

const SIGNAL_HINTS: Readonly<Record<string, string>> = {
  SIGABRT: 'Node.js aborts when it runs out of memory, or when process.abort() is called: see the output.',
  SIGKILL: 'It was killed. The system does so when memory runs out.',
}

/** The stack that Node.js prints when it aborts, as an error has it. */
function abortStackOf(output: string): string | undefined {
  const [, printed] = output.split('----- JavaScript stack trace -----')
  const frames = printed?.match(/^\d+: .*:\d+:\d+\)?$/gm)
  return frames ? ['Error', ...frames.map(frame => frame.replace(/^\d+:/, '    at'))].join('\n') : undefined
}

/** The diagnostic of a process that exited without an error report: its last output. */
export function exitDiagnostic(
  stage: Diagnostic['stage'],
  exit: Exit,
  { root, env }: Pick<Settings, 'root' | 'env'>,
): Diagnostic {
  const { code, signal, output, unanswered = [] } = exit
  const stack = exit.stack ?? abortStackOf(output)
  const how = signal ? `was ended by ${signal}` : `exited with code ${code ?? 'unknown'}`
  const [called] = stack ? diagnose({ message: 'exit', stack }, { root, hide: OWN_FOLDER }) : []
  const { file, line, column, snippet, frames } = called ?? {}
  const hints = [
    ...(signal !== null && signal in SIGNAL_HINTS ? [SIGNAL_HINTS[signal]!] : []),
    // Where the place is not known, what it was doing is the next best.
    ...(file === undefined && unanswered.length > 0 ? [`It had not answered ${unanswered.join(', ')}.`] : []),
  ]
  const diagnostic: Diagnostic = {
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
    ...(snippet !== undefined && { snippet }),
    ...(frames !== undefined && { frames }),
    stage,
    severity: 'error',
    message: `The application's process ${how}${stage === 'runtime' ? '' : ' before it was ready'}`,
    command: 'node',
    ...(code !== null && { exitCode: code }),
    ...(output.trim() !== '' && { output: output.trim() }),
    ...(hints.length > 0 && { hint: hints.join(' ') }),
  }
  // What it wrote may name secrets.
  return diagnose({ diagnostics: [diagnostic] }, { root, redact: createRedact(childEnv(root, env)) })[0]!
}
