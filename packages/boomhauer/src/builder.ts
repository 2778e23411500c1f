import type { Diagnostic } from '@arlen/core'
import { diagnose } from '@arlen/core/error-report'
import type { Child, Outcome } from './child.ts'
import type { AppFacts } from './messages.ts'
import type { Nursery } from './nursery.ts'
import { findEntry, type Settings } from './options.ts'

/** What became of a build. */
export type BuildReport =
  | { ok: true; child: Child; socket: string; facts: AppFacts; warnings: readonly Diagnostic[] }
  | { ok: false; diagnostics: readonly Diagnostic[]; files: readonly string[] }

/** A step before the application is loaded: what it finds wrong with severity `error` ends the build. */
export type Stage = (signal: AbortSignal) => Promise<readonly Diagnostic[]>

export interface BuildOptions {
  settings: Settings
  nursery: Nursery
  /** Where the application is to listen. */
  socket: string
  /** In order. */
  stages: readonly Stage[]
  /** Resolves when nothing of the application's former process is left. */
  cleared: Promise<unknown>
  /** Aborted when a newer build makes this one pointless. */
  signal: AbortSignal
}

/**
 * One build: the stages, then a process that loads and starts the application. Undefined when it was aborted.
 * The former process is gone before the new one loads anything, so that they never compete for what the application
 * takes for itself: ports, locks, files.
 */
export async function build(options: BuildOptions): Promise<BuildReport | undefined> {
  const { settings, nursery, socket, stages, cleared, signal } = options
  const warnings: Diagnostic[] = []
  let entry: string
  try {
    entry = findEntry(settings)
    for (const stage of stages) {
      const found = await stage(signal)
      if (signal.aborted) return undefined
      if (found.some(diagnostic => diagnostic.severity === 'error')) return { ok: false, diagnostics: found, files: [] }
      warnings.push(...found)
    }
  } catch (error) {
    const { frames: _, ...found } = diagnose(error, { root: settings.root, stage: 'load' })[0]!
    return { ok: false, diagnostics: [found], files: [] }
  }
  await cleared
  if (signal.aborted) return undefined
  const child = nursery.take()
  const abort = () => child.kill()
  signal.addEventListener('abort', abort)
  const outcome = await outcomeOf(child.load(entry, socket), settings.bootTimeoutMs)
  signal.removeEventListener('abort', abort)
  if (signal.aborted) {
    child.kill()
    await child.gone
    return undefined
  }
  if (outcome.kind === 'ready') return { ok: true, child, socket, facts: outcome.facts, warnings }
  child.kill()
  return { ok: false, diagnostics: [...diagnosticsOf(outcome, settings), ...warnings], files: child.files }
}

type Failure = Exclude<Outcome, { kind: 'ready' }> | { kind: 'timeout' }

async function outcomeOf(outcome: Promise<Outcome>, timeoutMs: number): Promise<Outcome | { kind: 'timeout' }> {
  const { promise, resolve } = Promise.withResolvers<{ kind: 'timeout' }>()
  const timer = setTimeout(resolve, timeoutMs, { kind: 'timeout' })
  try {
    return await Promise.race([outcome, promise])
  } finally {
    clearTimeout(timer)
  }
}

function diagnosticsOf(outcome: Failure, settings: Settings): readonly Diagnostic[] {
  switch (outcome.kind) {
    case 'failed':
      return outcome.diagnostics
    case 'exited':
      return [exitDiagnostic('boot', outcome)]
    case 'timeout':
      return [
        {
          stage: 'boot',
          severity: 'error',
          message: `The application was not ready within ${settings.bootTimeoutMs / 1000} s`,
          hint: 'Something it waits for while it loads or starts does not come: a top-level await, a start hook, a database.',
        },
      ]
  }
}

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
  output: string
}

/** A process that ended without a word: what it wrote last is all there is to show. */
export function exitDiagnostic(stage: Diagnostic['stage'], { code, signal, output }: Exit): Diagnostic {
  const how = signal ? `was ended by ${signal}` : `exited with code ${code}`
  return {
    stage,
    severity: 'error',
    message: `The application's process ${how}${stage === 'boot' ? ' before it was ready' : ''}`,
    command: 'node',
    ...(code !== null && { exitCode: code }),
    ...(output.trim() !== '' && { output: output.trim() }),
    ...(signal === 'SIGABRT' && { hint: 'Node.js aborts when it runs out of memory: see the output.' }),
  }
}
