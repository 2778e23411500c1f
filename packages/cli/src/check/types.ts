import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Finding, type Step, skip } from './step.ts'
import { lineOf } from './templates.ts'

export const typesStep: Step = {
  description: "types, by the application's own TypeScript",
  async run({ root, io }): Promise<Finding> {
    if (!existsSync(join(root, 'tsconfig.json'))) return skip('there is no tsconfig.json')
    const [{ findCompiler, typecheck }, { createRedact }] = await Promise.all([
      import('@arlen/boomhauer/typecheck'),
      import('@arlen/error-report'),
    ])
    if (findCompiler(root) === undefined) return skip('TypeScript is not installed')
    const found = await typecheck({ root, redact: createRedact(io.env) }, new AbortController().signal)
    return { problems: found.map(lineOf) }
  },
}
