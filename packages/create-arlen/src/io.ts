/** The surroundings of `create-arlen`. Tests provide their own. */
export interface CreateIo {
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  /** Whether a person can be asked. */
  isTerminal: boolean
  out(line: string): void
  err(line: string): void
}

/** The surroundings of this process. */
export function processIo(): CreateIo {
  const { env, stdin, stdout } = process
  return {
    cwd: process.cwd(),
    env,
    isTerminal: Boolean(stdin.isTTY && stdout.isTTY && !env.CI),
    out: line => stdout.write(`${line}\n`),
    err: line => process.stderr.write(`${line}\n`),
  }
}
