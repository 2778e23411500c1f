import { init, parse } from 'es-module-lexer'

const TYPESCRIPT = /\.(m?)ts$/
// `new URL('./worker.ts', import.meta.url)` and `import.meta.resolve('./page.ts')` name files as well.
const FILE_URL = /\b(?:new URL|import\.meta\.resolve)\(\s*(['"])(\.{1,2}\/[^'"\n]*\.m?ts)\1/g

/** An import of an application file: the rewritten specifier and its offset. */
export interface LocalImport {
  specifier: string
  offset: number
}

/** The name of a TypeScript file in a release: `page.ts` becomes `page.js`. Other names are kept. */
export function releasedName(path: string): string {
  return path.replace(TYPESCRIPT, '.$1js')
}

/**
 * Makes a stripped module import the other stripped modules: `./page.ts` becomes `./page.js`, which has the same length, so
 * that columns stay correct. Package specifiers are left alone.
 *
 * @returns the code, and its imports with literal relative paths
 */
export async function rewriteImports(code: string): Promise<{ code: string; imports: LocalImport[] }> {
  await init
  const imports: LocalImport[] = []
  let rewritten = code
  const replace = (offset: number, specifier: string, isModule: boolean) => {
    const released = releasedName(specifier)
    if (!code.startsWith(specifier, offset)) return // written with escapes, which is not worth handling
    if (isModule && specifier.startsWith('.')) imports.push({ specifier: released, offset })
    if (released !== specifier) rewritten = splice(rewritten, offset, released)
  }
  const [found] = parse(code)
  for (const { type, specifier, start } of found) {
    if (typeof specifier !== 'string' || !/^[.#]/.test(specifier)) continue
    // The offset of a dynamic import is that of its quote.
    replace(type === 'dynamic' ? start + 1 : start, specifier, true)
  }
  for (const match of code.matchAll(FILE_URL)) {
    replace(match.index + match[0].length - 1 - match[2]!.length, match[2]!, false)
  }
  return { code: rewritten, imports }
}

function splice(text: string, offset: number, part: string): string {
  return text.slice(0, offset) + part + text.slice(offset + part.length)
}
