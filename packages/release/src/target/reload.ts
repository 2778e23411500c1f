import { join } from 'node:path'
import { runCommand } from './release-process.ts'
import type { TargetFolder } from './target-folder.ts'

/**
 * How the running application is notified of a new release: over propane's control socket, not at all, or with a command.
 */
export type ReloadMode = 'auto' | 'none' | readonly string[]

/** The outcome of a reload. `not_running`: there was nothing to reload. */
export type ReloadResult = { outcome: 'ok' | 'not_running' } | { outcome: 'failed'; reason: string }

/** What runs from `current`, and how it is asked. */
export interface RunningRelease {
  target: TargetFolder
  env: Readonly<Record<string, string | undefined>>
  /** Time for one answer, in milliseconds. */
  timeoutMs: number
}

/** The answer of propane's control socket. */
export interface ControlAnswer<T> {
  ok: boolean
  result?: T
  error?: { code?: string; message: string }
}

/** Makes what runs from `current` load the release that `current` leads to now, and waits for the outcome. */
export async function reloadCurrent(running: RunningRelease, id: string, mode: ReloadMode): Promise<ReloadResult> {
  const { target, env, timeoutMs } = running
  if (mode === 'none') return { outcome: 'not_running' }
  if (mode !== 'auto') {
    const { code, stdout, stderr } = await runCommand(mode, env, { timeoutMs, cwd: target.dir })
    if (code === 0) return { outcome: 'ok' }
    const said = (stderr || stdout).trim().split('\n').slice(-5).join('\n')
    return { outcome: 'failed', reason: `"${mode.join(' ')}" ended with exit code ${code}${said && `: ${said}`}` }
  }
  const answer = await askRunning<{ release?: string }>(running, 'reload')
  if (typeof answer === 'string') return { outcome: 'failed', reason: answer }
  if (!answer.ok) {
    if (answer.error?.code === 'propane_not_running') return { outcome: 'not_running' }
    return { outcome: 'failed', reason: answer.error?.message ?? 'no reason given' }
  }
  const runs = answer.result?.release
  if (runs !== undefined && runs !== id) {
    const advice = `Start it as ${join(target.current, 'bin/app')} start`
    return { outcome: 'failed', reason: `what runs was not started from ${target.current}. ${advice}` }
  }
  return { outcome: 'ok' }
}

/** Asks what runs from `current` by propane's control socket. Resolves with what was said instead where there was no answer. */
export async function askRunning<T>(
  { target, env, timeoutMs }: RunningRelease,
  question: 'reload' | 'status',
): Promise<ControlAnswer<T> | string> {
  const command = [process.execPath, join(target.current, 'bin/app'), question, '--json']
  const { stdout, stderr } = await runCommand(command, env, { timeoutMs, cwd: target.current })
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as ControlAnswer<T>
  } catch {
    return (stderr || stdout || 'no answer').trim()
  }
}
