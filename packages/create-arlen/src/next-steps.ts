import { relative } from 'node:path'
import type { Created } from './create.ts'
import { EXEC } from './package-manager.ts'

/** The commands to type next. */
export function nextSteps({ folder, packageManager, installed, template }: Created, cwd: string): string {
  const exec = EXEC[packageManager]
  const place = relative(cwd, folder)
  const steps = [
    ...(place === '' ? [] : [`cd ${quoted(place)}`]),
    ...(installed ? [] : [`${packageManager} install`]),
    ...(template === 'lite' ? [] : [`${exec} arlen migrate`]),
    `${exec} arlen dev`,
  ]
  return `Created ${place || '.'}. Next:\n\n${steps.map(step => `  ${step}`).join('\n')}\n`
}

/** A path quoted for a shell. */
function quoted(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : `"${path.replace(/["$`\\]/g, '\\$&')}"`
}
