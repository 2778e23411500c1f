import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
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

/** How to install a missing package that an import names; undefined if the specifier does not name a package. */
export function packageHint(specifier: string, root: string): string | undefined {
  const name = /^(?:@[a-z\d][\w.-]*\/)?[a-z\d][\w.-]*(?=\/|$)/.exec(specifier)?.[0]
  if (name === undefined) return undefined
  const isPnpm = existsSync(join(root, 'pnpm-lock.yaml'))
  const listed = dependenciesOf(root)
  if (listed.includes(name)) return `package.json lists it: install it with \`${isPnpm ? 'pnpm' : 'npm'} install\`.`
  const near = suggest(name, listed)
  return near ? `Did you mean '${near}'?` : `Install it: \`${isPnpm ? 'pnpm add' : 'npm install'} ${name}\`.`
}

function dependenciesOf(root: string): string[] {
  try {
    const { dependencies, devDependencies, peerDependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    )
    return Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies, ...optionalDependencies })
  } catch {
    return [] // there is none, or it is broken, which is reported by itself
  }
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
