import { runCommand } from '../target/release-process.ts'
import type { DeployTarget } from './define-deploy.ts'
import { failure, type RollResult } from './roll.ts'

/** The hooks of this machine have so long. */
const HOOK_TIMEOUT_MS = 600_000

/** Runs the hooks of this machine around a deployment. */
export async function withHooks(
  { hooks = {} }: DeployTarget,
  id: string,
  recorded: string[] | undefined,
  fn: () => Promise<RollResult>,
): Promise<RollResult> {
  await runHook('beforeDeploy', {})
  let outcome = 'failed'
  try {
    const result = await fn()
    outcome = 'ok'
    return result
  } finally {
    // What happened stands; a message that could not be sent does not change it.
    await runHook('afterDeploy', { ARLEN_OUTCOME: outcome }).catch(error => {
      process.emitWarning((error as Error).message)
    })
  }

  async function runHook(name: 'beforeDeploy' | 'afterDeploy', env: Record<string, string>): Promise<void> {
    const command = hooks[name]
    if (command === undefined) return
    if (recorded) {
      recorded.push(command)
      return
    }
    const { code, stdout, stderr } = await runCommand(
      ['sh', '-c', command],
      { ...process.env, ARLEN_RELEASE: id, ...env },
      { timeoutMs: HOOK_TIMEOUT_MS, cwd: process.cwd() },
    )
    const said = (stderr || stdout).trim().split('\n').slice(-5).join('\n') || `exit code ${code}`
    if (code !== 0) failure('No host was switched.')(new Error(`${name} failed: ${said}`))
  }
}
