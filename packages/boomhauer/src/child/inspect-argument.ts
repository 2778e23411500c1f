/** Where a debugger is to find the application. */
export interface Inspect {
  host?: string
  port?: number
  /** Nothing of the application runs before a debugger has come. */
  wait: boolean
}

/**
 * Takes `--inspect`, `--inspect=[host:]port` and `--inspect-brk` out of the arguments for Node.js: of all processes only
 * the one that runs the application may have the port, and only from then on.
 */
export function splitInspect(nodeArgs: readonly string[]): { nodeArgs: string[]; inspect?: Inspect } {
  const rest: string[] = []
  let inspect: Inspect | undefined
  for (const arg of nodeArgs) {
    const found = /^--inspect(-brk|-wait)?(?:=(?:(.+):)?(\d+))?$/.exec(arg)
    if (!found) {
      rest.push(arg)
      continue
    }
    const [, wait, host, port] = found
    inspect = { wait: wait !== undefined, ...(host && { host }), ...(port && { port: Number(port) }) }
  }
  return { nodeArgs: rest, ...(inspect && { inspect }) }
}
