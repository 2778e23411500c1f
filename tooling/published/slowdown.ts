import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const PROGRAM = `
  const started = performance.now()
  while (process.cpuUsage().user < 1_000_000);
  console.log((performance.now() - started) / (process.cpuUsage().user / 1000))`

/**
 * How much longer things take than on an idle processor: 1 on a quiet machine, 4 if four programs compete for each
 * processor. Times that hold on a quiet machine are compared after division by this.
 */
export async function slowdown(): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', PROGRAM])
  return Math.max(1, Number(stdout))
}
