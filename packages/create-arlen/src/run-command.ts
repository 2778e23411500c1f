import { spawn } from 'node:child_process'

export interface CommandOutcome {
  /** Undefined if the program could not be started or was ended by a signal. */
  code: number | undefined
  /** Its whole output. */
  output: string
}

/**
 * Runs a program and captures its output. It has its own process group, so that Ctrl-C reaches this program alone, which
 * ends the group when the signal aborts and waits until it is gone.
 */
export function runCommand(
  [program = '', ...args]: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<CommandOutcome> {
  const { cwd, env, signal } = options
  const { promise, resolve } = Promise.withResolvers<CommandOutcome>()
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const stop = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // it has ended by itself
    }
  }
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const finish = (code: number | undefined) => {
    signal.removeEventListener('abort', stop)
    resolve({ code, output })
  }
  child.once('error', error => {
    output += error.message
    finish(undefined)
  })
  child.once('close', code => finish(code ?? undefined))
  return promise
}
