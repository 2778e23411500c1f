import { basename, dirname, isAbsolute, resolve } from 'node:path'
import { isInstalled, type SourceLocation, toPath } from '@arlen/core/stack'

/** Node.js's messages about an unresolvable import: what was imported, and by which module. */
const MESSAGE = /^(?:Cannot find|Directory import|Package subpath|Invalid module)[a-z ]* ["']([^"']+)["']/
const IMPORTED_FROM = ' imported from '

/** `from 'x'`, `import 'x'`, `import('x')`, `require('x')`, with the quotes. */
const SPECIFIER = /(?:\bfrom|\bimport|\brequire)\s*(?:\(\s*)?(["'`])([^"'`\n]+)\1/g

/** Modules compiled from templates have a number at the end: `home.html.ets.3`. */
const TEMPLATE = /(\.ets)\.\d+$/

/**
 * The location of an unresolvable import, from Node.js's message, because such an error has no call in its stack.
 *
 * @param readSource - reads a file; undefined if there is none
 */
export function importLocation(
  message: string,
  readSource: (file: string) => string | undefined,
): SourceLocation | undefined {
  const line = message.split('\n', 1)[0]!
  const at = line.lastIndexOf(IMPORTED_FROM)
  const wanted = MESSAGE.exec(line)?.[1]
  if (wanted === undefined || at < 0) return undefined
  const importer = line.slice(at + IMPORTED_FROM.length)
  const file = toPath(importer).replace(TEMPLATE, '$1')
  const source = isAbsolute(file) && !isInstalled(file) ? readSource(file) : undefined
  if (source === undefined) return undefined
  for (const [index, code] of source.split(/\r\n|[\n\r]/).entries()) {
    if (/^\s*(?:\/\/|\/?\*)/.test(code)) continue // a comment
    for (const found of code.matchAll(SPECIFIER)) {
      if (isWanted(found[2]!, toPath(wanted), file)) {
        return { file, line: index + 1, column: found.index + found[0].indexOf(found[1]!) + 1 }
      }
    }
  }
  return undefined // imported with an expression: the stack has the call
}

function isWanted(specifier: string, wanted: string, importer: string): boolean {
  if (specifier === wanted || specifier.startsWith(`${wanted}/`)) return true
  if (wanted.startsWith('./')) return specifier.endsWith(wanted.slice(1)) // a subpath of a package
  return (
    specifier.startsWith('.') && (resolve(dirname(importer), specifier) === wanted || basename(specifier) === wanted)
  )
}
