import { createRequire, registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { stripTypesSync } from '@arlen/core/strip-types'

const sources = new Map<string, string>()
const require = createRequire(import.meta.url)
let installed = false

// Node.js has one table of modules for all copies of this package in a process, so they count together: a URL that two copies
// made would be one module.
const COUNTER = Symbol.for('arlen.view.modules')
const counted = globalThis as { [COUNTER]?: number }

/** A new URL next to a file: modules are never unloaded, so a changed template needs a new URL. */
export function moduleUrl(path: string): string {
  const count = (counted[COUNTER] ?? 0) + 1
  counted[COUNTER] = count
  return `${pathToFileURL(path).href}.${count}`
}

/**
 * Loads generated TypeScript as the module with this URL, synchronously, through Node.js's module hooks: without `eval` and `new
 * Function`. Relative imports are resolved from the URL.
 */
export function loadModule(url: string, code: string): unknown {
  if (!installed) install()
  sources.set(url, code)
  try {
    return require(url)
  } finally {
    sources.delete(url)
  }
}

// The hooks handle only the modules in `sources`.
function install(): void {
  installed = true
  registerHooks({
    resolve(specifier, context, next) {
      if (!sources.has(specifier)) return next(specifier, context)
      return { url: specifier, format: formatOf(specifier), shortCircuit: true }
    },
    load(url, context, next) {
      const source = sources.get(url)
      if (source === undefined) return next(url, context)
      const format = formatOf(url)
      return { format, source: format === 'module' ? scriptOf(source) : source, shortCircuit: true }
    },
  })
}

/** Node.js strips no types from modules of installed packages, so theirs are stripped here. */
function formatOf(url: string): 'module' | 'module-typescript' {
  return url.includes('/node_modules/') ? 'module' : 'module-typescript'
}

function scriptOf(source: string): string {
  const stripped = stripTypesSync(source)
  if ('code' in stripped) return stripped.code
  throw Object.assign(new SyntaxError(stripped.message), { stack: stripped.stack })
}
