/** The surroundings of `create-arlen`. Tests provide their own. */
export interface CreateIo {
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  /** Whether a person can be asked. */
  isTerminal: boolean
  out(line: string): void
  err(line: string): void
  /** Shows the current activity on a terminal, in place of the previous one; without a text, clears it. */
  status?(text?: string): void
}

const CLEAR_LINE = '\r\u001b[2K'

/** The surroundings of this process. */
export function processIo(): CreateIo {
  const { env, stdin, stdout, stderr } = process
  const isWatched = stderr.isTTY && env.TERM !== 'dumb' && !env.CI
  return {
    cwd: process.cwd(),
    env,
    isTerminal: Boolean(stdin.isTTY && stdout.isTTY && !env.CI),
    out: line => stdout.write(`${line}\n`),
    err: line => stderr.write(`${line}\n`),
    ...(isWatched && {
      status: text => void stderr.write(`${CLEAR_LINE}${(text ?? '').slice(0, (stderr.columns || 80) - 1)}`),
    }),
  }
}
