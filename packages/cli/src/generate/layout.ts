import type { AppFacts } from './app-facts.ts'
import { renderTemplate } from './render.ts'

const NAME = 'layouts/plain'

/** What page templates need to know of their layout. */
export function pageLocals({ hasLayout }: AppFacts): { layoutLine: string } {
  return { layoutLine: hasLayout ? '' : `\n    layout: '${NAME}'` }
}

/** Pages of an application without a layout get a plain one. */
export async function addLayout(app: AppFacts, files: Map<string, string>): Promise<void> {
  if (!app.hasLayout) files.set(`${app.templates}/${NAME}.html.ets`, await renderTemplate('resource/layout.html', {}))
}
