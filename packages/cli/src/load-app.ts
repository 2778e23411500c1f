import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { App } from 'arlen'
import { cliError } from './errors.ts'

/** Possible names of an application's module: TypeScript first, since that is what is edited. */
export const APP_MODULES: readonly string[] = ['app.ts', 'app.js', 'dist/app.js', 'src/app.ts', 'src/app.js']

/** @throws ArlenError `app_missing` */
export function findAppModule(root: string): string {
  for (const name of APP_MODULES) {
    const file = join(root, name)
    if (existsSync(file)) return file
  }
  throw cliError('app_missing', { root })
}

/** Loads the application without starting it. */
export async function loadApp(root: string): Promise<App> {
  const file = findAppModule(root)
  const module = (await import(pathToFileURL(file).href).catch(error => rethrow(error, root))) as { default?: unknown }
  const { App } = await import('arlen')
  if (module.default instanceof App) return module.default
  throw cliError('app_not_exported', { file })
}

/** If package.json says so, Node.js reads a module as CommonJS, and reports only that `import` is not allowed. */
function rethrow(error: unknown, root: string): never {
  const isCommonJs = error instanceof SyntaxError && /outside a module|Unexpected token 'export'/.test(error.message)
  throw isCommonJs ? cliError('app_commonjs', { root }, { cause: error }) : error
}
