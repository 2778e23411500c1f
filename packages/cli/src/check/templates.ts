import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic } from '@arlen/core'
import { type Finding, type Step, skip } from './step.ts'

export const templatesStep: Step = {
  description: 'templates: compile without warnings, with their layouts, partials and blocks',
  async run({ root, io }): Promise<Finding> {
    const { loadConfig } = await import('arlen')
    // The previous step checks the configuration of production.
    const { views, mail } = loadConfig({ root, env: io.env, environment: 'development' }).config
    const dir = join(root, views.dir)
    if (!existsSync(dir)) return skip('there are no templates')
    const { buildViews, BuildError } = await import('@arlen/view')
    try {
      const layouts = [views.layout, mail.layout].filter(layout => layout !== '')
      // Where the type check finds them.
      const { warnings } = await buildViews({ dir, outDir: join(root, '.arlen/views'), layouts })
      return { problems: warnings.map(lineOf) }
    } catch (error) {
      if (!(error instanceof BuildError)) throw error
      return { problems: error.diagnostics.map(lineOf) }
    }
  },
}

/** A diagnostic in the format that editors and terminals recognize. */
export function lineOf({ file, line, column, message }: Diagnostic): string {
  return file === undefined ? message : `${file}${line === undefined ? '' : `:${line}:${column ?? 1}`} ${message}`
}
