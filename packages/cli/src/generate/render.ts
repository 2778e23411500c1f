import { join } from 'node:path'
import type { Views } from '@arlen/view'

/** Next to `src` and `dist`. */
const TEMPLATES = join(import.meta.dirname, '../../templates')
let views: Views | undefined

/** Renders a template of this package: `completion/bash` is the file `templates/completion/bash.txt.ets`. */
export async function renderTemplate(name: string, locals: Record<string, unknown>): Promise<string> {
  const { createViews } = await import('@arlen/view')
  views ??= createViews({
    dir: TEMPLATES,
    reload: false,
    helpers: {
      shellQuote: (text: string) => `'${text.replaceAll("'", "'\\''")}'`,
      fishQuote: (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`,
    },
  })
  return views.render(`${name}.txt` as never, locals as never)
}
