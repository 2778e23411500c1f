/** Options that only make sense for one process: code on the command line, test runs, watch mode, debugger ports. */
const ONE_PROCESS = /^(-[epcvhi]|-pe|--(eval|print|check|interactive|input-type|test|watch|inspect|run)\b.*)$/

/** Those whose value is the next argument. */
const WITH_VALUE = /^(-[ep]|-pe|--(eval|print|input-type|inspect-port|watch-path|run))$/

/**
 * Without it, every inspector that SIGUSR1 starts (`propane diagnose`) would want port 9229. It starts none by itself.
 */
export const RANDOM_INSPECTOR_PORT = '--inspect-port=127.0.0.1:0'

/** The Node.js options of this process, such as `--conditions=…` and `--max-old-space-size=…`, that workers inherit. */
export function inheritedExecArgv(execArgv: readonly string[] = process.execArgv): string[] {
  const kept: string[] = []
  for (let index = 0; index < execArgv.length; index++) {
    const option = execArgv[index]!
    if (option === '-r') kept.push(option, execArgv[++index] ?? '')
    else if (!ONE_PROCESS.test(option)) kept.push(option)
    else if (WITH_VALUE.test(option)) index++
  }
  return kept
}
