/**
 * Finds where a module imports another: `from 'x'`, `import 'x'`, `import('x')`, `require('x')`. Skips commented-out code if
 * the comment starts its line.
 */
export function findSpecifier(source: string, specifier: string): { line: number; column: number } | undefined {
  const quoted = specifier.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const pattern = new RegExp(`(?:\\bfrom|\\bimport|\\brequire)\\s*\\(?\\s*(?=(['"\`])${quoted}\\1)`)
  for (const [index, line] of source.split(/\r\n|[\n\r]/).entries()) {
    if (/^\s*(?:\/\/|\/?\*)/.test(line)) continue
    const found = pattern.exec(line)
    if (found) return { line: index + 1, column: found.index + found[0].length + 1 }
  }
  return undefined
}
