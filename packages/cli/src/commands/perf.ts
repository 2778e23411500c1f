import { resolve } from 'node:path'
import { appRootOf } from '../app-root.ts'
import { type Command, textOption } from '../command.ts'

export const perfCommand: Command = {
  usage: 'perf [...scenarios]',
  json: 'document',
  description: 'Compare the speed of this application with its last release, and fail on a loss',
  options: [
    ['--baseline <what>', 'A release (its id or folder) or a commit, instead of the newest below releases/'],
    ['--release', 'Measure until every result is decided, instead of for some minutes; exit code 3 if one is not'],
    ['--record <reason>', 'Record the result as the baseline, with the reason for the change'],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: ['arlen perf', 'arlen perf home --baseline v1.2.0', 'arlen perf --record "the page has a chart now"'],
  async run(input, io) {
    const { runPerf } = await import('../perf/run-perf.ts')
    const root = appRootOf(input, io)
    const baseline = textOption(input, 'baseline')
    return runPerf({
      root,
      only: input.args,
      baseline: baseline !== undefined && /^\.{0,2}\//.test(baseline) ? resolve(io.cwd, baseline) : baseline,
      untilDecided: input.options.release === true,
      reason: input.options.record === undefined ? undefined : String(textOption(input, 'record') ?? ''),
      json: input.options.json === true,
      io,
    })
  },
}
