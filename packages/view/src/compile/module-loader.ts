import { createRequire, registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

const sources = new Map<string, string>()
let loaded = 0
const require = createRequire(import.meta.url)
let installed = false

/** A URL beside a file that no module has been loaded from: a module is never unloaded, so none can be loaded anew. */
export function moduleUrl(path: string): string {
  loaded += 1
  return `${pathToFileURL(path).href}.${loaded}`
}

/**
 * Loads TypeScript that was generated in memory as the module of that URL, synchronously, through Node's module hooks: no
 * code is made from a string by `eval` or `new Function`. Relative imports in it start at the URL.
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

// The hooks answer for the modules in `sources` alone and pass everything else on.
function install(): void {
  installed = true
  registerHooks({
    resolve(specifier, context, next) {
      if (!sources.has(specifier)) return next(specifier, context)
      return { url: specifier, format: 'module-typescript', shortCircuit: true }
    },
    load(url, context, next) {
      const source = sources.get(url)
      if (source === undefined) return next(url, context)
      return { format: 'module-typescript', source, shortCircuit: true }
    },
  })
}
