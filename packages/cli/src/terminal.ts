import type { Io } from './command.ts'

interface Stream {
  on?(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}

/** The part of `process` that is needed. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>
  stdin: { isTTY?: boolean }
  stdout: Stream
  stderr: Stream
  cwd(): string
}

/** The surroundings of a process. Default: this one. */
export function processIo(from: Surroundings = process): Io {
  const { env, stdin, stdout, stderr } = from
  const watched = stderr.isTTY === true && env.TERM !== 'dumb' && !env.CI
  for (const stream of [stdout, stderr]) stream.on?.('error', goOnWithoutReader)
  let shown = false
  const clear = () => {
    if (shown) stderr.write('\r\u001b[2K')
    shown = false
  }
  const line = (stream: Stream) => (text: string) => {
    clear()
    stream.write(`${text}\n`)
  }
  return {
    cwd: from.cwd(),
    // Loggers take the descriptor of process.stdout, the console takes the stream, and both do so when they are first used.
    reserve: () => {
      Object.defineProperty(from, 'stdout', { value: stderr, configurable: true })
      return () => void Object.defineProperty(from, 'stdout', { value: stdout, configurable: true })
    },
    env,
    isTerminal: Boolean(stdin.isTTY && stdout.isTTY && !env.CI),
    out: line(stdout),
    err: line(stderr),
    ...(watched && {
      status: text => {
        clear()
        if (text === undefined) return
        // A line that wraps could not be cleared again.
        stderr.write(`\u001b[2m${text.slice(0, (stderr.columns || 80) - 1)}\u001b[22m`)
        shown = true
      },
    }),
  }
}

/** The reader may have seen enough, as `head` has. What was begun, a migration for example, is still finished. */
function goOnWithoutReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
