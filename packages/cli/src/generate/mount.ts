import type { AppFacts } from './app-facts.ts'
import type { Change } from './plan.ts'

/** Routes to be added to an application. */
export interface Mounting {
  /** `import { articleRoutes } from './src/articles/routes.ts'` */
  imports: readonly string[]
  /** `app.group('/articles', articleRoutes)` */
  statements: readonly string[]
}

/**
 * The change of `app.ts` that adds routes: imports after its imports, statements before its `export default app`. Undefined
 * if it is written differently; existing lines are not added again.
 */
export function mountIn({ app }: AppFacts, { imports, statements }: Mounting): Change | undefined {
  if (app === undefined) return undefined
  const lines = app.split('\n')
  const end = lines.findIndex(line => /^export default app;?\s*$/.test(line))
  const lastImport = lines.findLastIndex(
    (line, index) => index < end && /^(?:import .*|\} )from ['"].*['"];?\s*$/.test(line),
  )
  if (end < 0 || lastImport < 0) return undefined
  const missing = (line: string) => !lines.includes(line)
  const [newImports, newStatements] = [imports.filter(missing), statements.filter(missing)]
  // Keeps an empty line between the routes and the export.
  const before = lines[end - 1]?.trim() === '' ? end - 1 : end
  const text = [
    ...lines.slice(0, lastImport + 1),
    ...newImports,
    ...lines.slice(lastImport + 1, before),
    ...newStatements,
    ...(before === end ? [''] : []),
    ...lines.slice(before),
  ].join('\n')
  return { path: 'app.ts', text, added: [...newImports, ...newStatements] }
}
