import { registerHooks } from 'node:module'

/** Counts the files that are loaded as modules from now on, of either kind. */
export function countModules(): ReadonlySet<string> {
  const loaded = new Set<string>()
  registerHooks({
    load(url, context, nextLoad) {
      if (url.startsWith('file:') && !url.startsWith(OWN)) loaded.add(url)
      return nextLoad(url, context)
    },
  })
  return loaded
}

const OWN = new URL('.', import.meta.url).href
