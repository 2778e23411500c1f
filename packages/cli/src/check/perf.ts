import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, join } from 'node:path'
import { readManifest } from '../testing/find-runner.ts'
import { type Finding, type Step, skip } from './step.ts'

export const perfStep: Step = {
  description: 'the performance gate, which is the script perf of package.json',
  async run({ root, io }): Promise<Finding> {
    const script = readManifest(root).scripts?.perf
    if (script === undefined) return skip('package.json has no script perf')
    const PATH = [join(root, 'node_modules/.bin'), io.env.PATH].filter(Boolean).join(delimiter)
    const child = spawn(script, { cwd: root, env: { ...io.env, PATH }, shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)))
    const [code] = await once(child, 'close')
    return { problems: code === 0 ? [] : [`${output.trimEnd()}\n(exit code ${code})`] }
  },
}
