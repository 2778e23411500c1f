import { debuglog } from 'node:util'
import type { Diagnostic } from '@arlen/core'
import { ArlenError } from '@arlen/core'
import type { AppInfo, TemplateFolders } from '../child/protocol.ts'
import { findEntry as entryOf, type Settings } from '../options.ts'
import type { Child, Outcome } from './child.ts'
import type { SpareProcesses } from './spare-processes.ts'

const debug = debuglog('arlen:boomhauer')

/** What became of a build. */
export type BuildReport =
  | { ok: true; child: Child; socket: string; info: AppInfo; warnings: readonly Diagnostic[] }
  | { ok: false; files: readonly string[]; diagnostics: readonly Diagnostic[] }

export interface BuildOptions {
  settings: Settings
  /** Where its process comes from. */
  spares: Pick<SpareProcesses, 'take'>
  /** Where the application is to listen. */
  socket: string
  /** Templates to compile first; undefined where none have changed. */
  templates: TemplateFolders | undefined
  /** Checks the types before the application is loaded; what it finds with severity `error` ends the build. */
  typecheck: ((signal: AbortSignal) => Promise<readonly Diagnostic[]>) | undefined
  /** Resolves when nothing of the application's former process is left. */
  cleared: Promise<unknown>
  /** Aborted when a newer build makes this one pointless. */
  signal: AbortSignal
  /** The templates have been compiled. */
  onTemplates: (warnings: readonly Diagnostic[]) => void
}

/**
 * One build: templates, types, then loading and starting the application, all in its new process. Undefined when it was
 * aborted, the process gone. The former process is gone before the new one loads anything of the application, so that
 * they never compete for what it takes for itself: ports, locks, files.
 */
export async function build(options: BuildOptions): Promise<BuildReport | undefined> {
  const { settings, socket, templates, typecheck, cleared, signal, onTemplates, spares } = options
  const warnings: Diagnostic[] = []
  const started = performance.now()
  const lap = (what: string) => debug('%s after %d ms', what, Math.round(performance.now() - started))
  // Taken when it is needed, so that a build given up early leaves the process that waits to the next.
  let child: Child | undefined
  const abort = () => child?.kill()
  signal.addEventListener('abort', abort)
  const fail = async (diagnostics: readonly Diagnostic[]): Promise<BuildReport | undefined> => {
    signal.removeEventListener('abort', abort)
    child?.kill()
    await child?.gone
    if (signal.aborted) return undefined
    return { ok: false, files: child?.files ?? [], diagnostics: [...diagnostics, ...warnings] }
  }
  if (templates) {
    child = spares.take()
    const prepared = await child.prepare(templates)
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
  child ??= spares.take()
  const outcome = await within(child.load(entry, socket), settings.bootTimeoutMs)
  if (outcome.kind !== 'ready' || signal.aborted) return fail(diagnosticsOf(outcome, 'boot', settings))
  signal.removeEventListener('abort', abort)
  lap('application started')
  return { ok: true, child, socket, info: outcome.info, warnings }
}

function findEntry(settings: Settings): string | Diagnostic {
  try {
    return entryOf(settings)
  } catch (error) {
    if (!(error instanceof ArlenError)) throw error
    return { stage: 'load', severity: 'error', message: error.message, code: error.code }
  }
}

type Timeout = { kind: 'timeout' }

async function within(outcome: Promise<Outcome>, ms: number): Promise<Outcome | Timeout> {
  const { promise, resolve } = Promise.withResolvers<Timeout>()
  const timer = setTimeout(resolve, ms, { kind: 'timeout' })
  try {
    return await Promise.race([outcome, promise])
  } finally {
    clearTimeout(timer)
  }
}

/** What to show of an outcome that is no success. */
export function diagnosticsOf(
  outcome: Outcome | Timeout,
  stage: Diagnostic['stage'],
  settings: Settings,
): readonly Diagnostic[] {
  switch (outcome.kind) {
    case 'failed':
      return outcome.diagnostics
    case 'exited':
      return [exitDiagnostic(stage, outcome)]
    case 'timeout':
      return [
        {
          stage,
          severity: 'error',
          message: `The application was not ready within ${settings.bootTimeoutMs / 1000} s`,
          hint: 'Something it waits for while it loads or starts does not come: a top-level await, a start hook, a database.',
        },
      ]
    default:
      return []
  }
}

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
  output: string
}

/** A process that ended without a word: what it wrote last is all there is to show. */
export function exitDiagnostic(stage: Diagnostic['stage'], { code, signal, output }: Exit): Diagnostic {
  const how = signal ? `was ended by ${signal}` : `exited with code ${code ?? 'unknown'}`
  return {
    stage,
    severity: 'error',
    message: `The application's process ${how}${stage === 'runtime' ? '' : ' before it was ready'}`,
    command: 'node',
    ...(code !== null && { exitCode: code }),
    ...(output.trim() !== '' && { output: output.trim() }),
    ...(signal === 'SIGABRT' && { hint: 'Node.js aborts when it runs out of memory: see the output.' }),
  }
}
