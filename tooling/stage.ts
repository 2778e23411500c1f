import { spawn } from 'node:child_process'

export interface StageOptions {
  /** After this time, the stage is stopped and counts as failed. */
  deadlineMs: number
  env?: Readonly<Record<string, string>>
  signal?: AbortSignal
  /** Default `inherit`. */
  output?: 'inherit' | 'ignore'
}

export interface StageResult {
  name: string
  ok: boolean
  /** Why it failed, in a few words; empty if it did not. */
  reason: string
  ms: number
  /** Whether it was stopped by its deadline or by an interrupt. */
  wasStopped: boolean
}

const STOP_GRACE_MS = 5_000

/**
 * Runs one command of a longer run. It gets its own process group; when it has ended, or is stopped by the deadline or the
 * signal, the rest of the group is ended too.
 */
export function runStage(name: string, command: readonly string[], options: StageOptions): Promise<StageResult> {
  const started = performance.now()
  const { promise, resolve } = Promise.withResolvers<StageResult>()
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    stdio: ['ignore', options.output ?? 'inherit', options.output ?? 'inherit'],
    detached: true,
    env: { ...process.env, ...options.env },
  })
  let stopped = ''
  let killTimer: NodeJS.Timeout | undefined
  const stop = (why: string) => {
    if (stopped) return
    stopped = why
    signalGroup(child.pid, 'SIGTERM')
    killTimer = setTimeout(signalGroup, STOP_GRACE_MS, child.pid, 'SIGKILL')
  }
  const deadline = setTimeout(stop, options.deadlineMs, `stopped after ${seconds(options.deadlineMs)}`)
  const onAbort = () => stop('interrupted')
  options.signal?.addEventListener('abort', onAbort)
  if (options.signal?.aborted) onAbort()

  const finish = (reason: string) => {
    clearTimeout(deadline)
    clearTimeout(killTimer)
    options.signal?.removeEventListener('abort', onAbort)
    signalGroup(child.pid, 'SIGKILL')
    resolve({ name, ok: reason === '', reason, ms: performance.now() - started, wasStopped: stopped !== '' })
  }
  child.once('error', error => finish(`cannot run ${program}: ${error.message}`))
  child.once('exit', (code, signal) => {
    if (stopped) finish(stopped)
    else if (signal) finish(`ended by ${signal}`)
    else finish(code === 0 ? '' : `exit code ${code}`)
  })
  return promise
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // the group no longer exists, which is the goal
  }
}

/** Aborts on the first INT, TERM or HUP, so that a run can stop its stage and report it, and remembers the signal. */
export function abortOnSignals(): { signal: AbortSignal; exitCode: () => number } {
  const controller = new AbortController()
  const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }
  let exitCode = 0
  for (const [name, code] of Object.entries(codes)) {
    process.once(name, () => {
      exitCode ||= code
      controller.abort()
    })
  }
  return { signal: controller.signal, exitCode: () => exitCode }
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
