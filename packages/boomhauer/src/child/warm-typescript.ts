import { registerHooks } from 'node:module'

const URL_OF_NOTHING = 'boomhauer:typescript'

/** Has Node.js load what it removes types with, by a module of one type, so that the application need not wait for it.
 * The module is a new one each time: what has been seen before comes from the compile cache. */
export async function warmTypeScript(): Promise<void> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === URL_OF_NOTHING ? { url: specifier, shortCircuit: true } : next(specifier, context),
    load: (url, context, next) =>
      url === URL_OF_NOTHING
        ? { format: 'module-typescript', source: `export type Nothing = ${performance.now()}`, shortCircuit: true }
        : next(url, context),
  })
  try {
    await import(URL_OF_NOTHING)
  } finally {
    hooks.deregister()
  }
}
