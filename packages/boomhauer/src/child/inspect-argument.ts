/** Where the debugger connects to the application. */
export interface Inspect {
  host?: string
  port?: number
  /** The application does not start until a debugger is attached. */
  wait: boolean
}

/**
 * Extracts `--inspect`, `--inspect=[host:]port` and `--inspect-brk` from the Node.js arguments: only the process that runs
 * the application may open the port, and only while it does.
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
