import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, extname, resolve } from 'node:path'
import { suggest } from '@arlen/core/options'

const EXTENSIONS = ['.ts', '.js', '.mts', '.mjs', '.json', '/index.ts', '/index.js']

/** A hint at the file that a failed relative import probably meant; undefined if no name is close. */
export function importHint(specifier: string, importer: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  const target = resolve(dirname(importer), specifier)
  const stem = target.slice(0, target.length - extname(target).length)
  for (const base of [target, stem]) {
    const extension = EXTENSIONS.find(candidate => base + candidate !== target && existsSync(base + candidate))
    if (extension === undefined) continue
    const meant = specifier.slice(0, specifier.length - (target.length - base.length)) + extension
    return `Imports name the file with its extension: did you mean '${meant}'?`
  }
  const near = suggest(basename(target), siblings(target))
  return near && `Did you mean '${specifier.slice(0, specifier.length - basename(specifier).length)}${near}'?`
}

/** A hint for a module that Node.js takes for CommonJS because package.json says so; undefined for any other error. */
export function moduleTypeHint(error: unknown): string | undefined {
  const isTakenForCommonJs =
    error instanceof SyntaxError && /outside a module|Unexpected token 'export'/.test(error.message)
  return isTakenForCommonJs
    ? 'Node.js reads this file as CommonJS, because package.json says so. Write "type": "module" there.'
    : undefined
}

function siblings(path: string): string[] {
  try {
    return readdirSync(dirname(path))
  } catch {
    return [] // the folder does not exist either
  }
}
