import { lstatSync } from 'node:fs'
import type { ResolveFnOutput, ResolveHookContext } from 'node:module'
import { fileURLToPath } from 'node:url'

const RELATIVE_FILE = /^\.{1,2}\/.*(\.[cm]?[jt]s)$/

/**
 * Resolves relative imports of files beside one that Node.js has resolved before. Node.js looks up links and package.json for every
 * module again; files of one folder with one ending have both in common. It is a third of the time to load many modules.
 */
export class NeighborModules {
  /** The format of the modules of a folder, by the folder's URL and their ending. */
  readonly #formats = new Map<string, ResolveFnOutput['format']>()

  /** Undefined if Node.js must resolve it. */
  resolve(specifier: string, context: ResolveHookContext): ResolveFnOutput | undefined {
    const found = locate(specifier, context)
    if (!found || !this.#formats.has(found.key)) return undefined
    const stats = lstatSync(fileURLToPath(found.url), { throwIfNoEntry: false })
    // A link has another URL, and what is not there has an error.
    if (!stats?.isFile()) return undefined
    return { url: found.url, format: this.#formats.get(found.key), shortCircuit: true }
  }

  /** Node.js has resolved this. */
  learn(specifier: string, context: ResolveHookContext, { url, format }: ResolveFnOutput): void {
    const found = locate(specifier, context)
    // Where the URL is another one, the folder is behind a link.
    if (found && found.url === url) this.#formats.set(found.key, format)
  }
}

function locate(specifier: string, { parentURL, importAttributes, conditions }: ResolveHookContext) {
  const ending = RELATIVE_FILE.exec(specifier)?.[1]
  if (ending === undefined || !parentURL?.startsWith('file:') || Object.keys(importAttributes ?? {}).length > 0)
    return undefined
  if (/[?#%\\]/.test(specifier) || conditions?.includes('require')) return undefined
  const { href } = new URL(specifier, parentURL)
  return { url: href, key: href.slice(0, href.lastIndexOf('/') + 1) + ending }
}
