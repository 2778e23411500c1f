import { join } from 'node:path'
import { runCommand } from './release-process.ts'
import type { TargetFolder } from './target-folder.ts'

/** How the running application is told of a new release: by propane's control socket, not at all, or by a command. */
export type ReloadMode = 'auto' | 'none' | readonly string[]

/** What became of a reload. `not_running`: there was nothing to reload. */
export type ReloadResult = { outcome: 'ok' | 'not_running' } | { outcome: 'failed'; reason: string }

interface ControlAnswer {
  ok: boolean
  result?: { release?: string }
  error?: { code?: string; message: string }
}

/** Makes what runs from `current` load the release that `current` leads to now, and waits for the outcome. */
export async function reloadCurrent(
  target: TargetFolder,
  id: string,
  mode: ReloadMode,
  env: Readonly<Record<string, string | undefined>>,
  timeoutMs: number,
): Promise<ReloadResult> {
  if (mode === 'none') return { outcome: 'not_running' }
  if (mode !== 'auto') {
    const { code, stdout, stderr } = await runCommand(mode, env, { timeoutMs, cwd: target.dir })
    if (code === 0) return { outcome: 'ok' }
    const said = (stderr || stdout).trim().split('\n').slice(-5).join('\n')
    return { outcome: 'failed', reason: `"${mode.join(' ')}" ended with exit code ${code}${said && `: ${said}`}` }
  }
  const command = [process.execPath, join(target.current, 'bin/app'), 'reload', '--json']
  const { stdout, stderr } = await runCommand(command, env, { timeoutMs, cwd: target.current })
  const answer = parse(stdout)
  if (answer === undefined) return { outcome: 'failed', reason: (stderr || stdout || 'no answer').trim() }
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

function parse(text: string): ControlAnswer | undefined {
  try {
    return JSON.parse(text.trim().split('\n').at(-1) ?? '') as ControlAnswer
  } catch {
    return undefined
  }
}
