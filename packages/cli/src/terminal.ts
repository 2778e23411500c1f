import type { Io } from './command.ts'

/** The surroundings of this process. */
export function processIo(): Io {
  const { env, stdin, stdout, stderr } = process
  const watched = stderr.isTTY === true && env.TERM !== 'dumb' && !env.CI
  let shown = false
  const clear = () => {
    if (shown) stderr.write('\r\u001b[2K')
    shown = false
  }
  const line = (stream: NodeJS.WriteStream) => (text: string) => {
    clear()
    stream.write(`${text}\n`)
  }
  return {
    cwd: process.cwd(),
    env,
    isTerminal: Boolean(stdin.isTTY && stdout.isTTY && !env.CI),
    out: line(stdout),
    err: line(stderr),
    ...(watched && {
      status: text => {
        clear()
        if (text === undefined) return
        // A line that wraps could not be taken away again.
        stderr.write(`\u001b[2m${text.slice(0, (stderr.columns || 80) - 1)}\u001b[22m`)
        shown = true
      },
    }),
  }
}
