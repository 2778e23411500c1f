import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { readManifest } from '../testing/find-runner.ts'
import { type CheckRun, type Finding, type Step, skip } from './step.ts'

export const perfStep: Step = {
  description: 'the performance gate: the script perf of package.json, or arlen perf',
  async run(check): Promise<Finding> {
    const script = readManifest(check.root).scripts?.perf
    if (script !== undefined) return runScript(script, check)
    const hasGate = globSync(['perf.config.[jt]s', 'perf/*.perf.[jt]s'], { cwd: check.root }).length > 0
    return hasGate ? runGate(check) : skip('there is no perf.config.ts, no scenario in perf/ and no script perf')
  },
}

async function runGate({ root, io }: CheckRun): Promise<Finding> {
  const lines: string[] = []
  const own = { ...io, out: (line: string) => void lines.push(line), err: (line: string) => void lines.push(line) }
  const { runPerf } = await import('../perf/run-perf.ts')
  const asked = { only: [], baseline: undefined, untilDecided: false, reason: undefined, json: false }
  const code = await runPerf({ root, ...asked, io: own })
  const report = lines.join('\n')
  return code === 0 ? { problems: [], notes: report.split('\n') } : { problems: [report] }
}

async function runScript(script: string, { root, io }: CheckRun): Promise<Finding> {
  const PATH = [join(root, 'node_modules/.bin'), io.env.PATH].filter(Boolean).join(delimiter)
  const child = spawn(script, { cwd: root, env: { ...io.env, PATH }, shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)))
  const [code] = await once(child, 'close')
  return { problems: code === 0 ? [] : [`${output.trimEnd()}\n(exit code ${code})`] }
}
