import { spawn } from 'node:child_process'
import type { Diagnostic } from '@arlen/core'
import { boomhauerError } from '../errors.ts'

/** The action that every failure of a build has: build again. */
export const RETRY = 'retry'

const MAX_OUTPUT = 8_000

export interface ActionOptions {
  root: string
  env: Readonly<Record<string, string | undefined>>
  commands: Readonly<Record<string, readonly string[]>>
}

/**
 * Runs the command of an action.
 *
 * @returns the diagnostic of a failure; undefined on success
 * @throws HttpError 404 `page_unknown` if there is no such action
 */
export async function runAction(name: string, { root, env, commands }: ActionOptions): Promise<Diagnostic | undefined> {
  const [program, ...args] = (Object.hasOwn(commands, name) && commands[name]) || []
  if (program === undefined) throw boomhauerError('page_unknown', { path: `actions/${name}` })
  const { promise, resolve } = Promise.withResolvers<{ code: number | null; reason: string }>()
  const child = spawn(program, args, { cwd: root, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-MAX_OUTPUT)
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  child.once('error', error => resolve({ code: null, reason: error.message }))
  child.once('close', code => resolve({ code, reason: '' }))
  const { code, reason } = await promise
  if (code === 0) return undefined
  return {
    stage: 'boot',
    severity: 'error',
    message: reason === '' ? `The command failed` : `The command could not be run: ${reason}`,
    command: [program, ...args].join(' '),
    ...(code !== null && { exitCode: code }),
    ...(output.trim() !== '' && { output: output.trim() }),
  }
}
