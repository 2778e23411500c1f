import { codeFrame, offsetOfCharacter, positionAt } from '@arlen/core/code-frame'

/**
 * The lines of a query around a position, with a caret below it:
 *
 * ```
 *   1 | select id,
 * > 2 |   nme
 *     |   ^
 * ```
 *
 * @param position - from 1, in characters (code points), as the server counts
 */
export function sqlExcerpt(text: string, position: number): string {
  const { line, column } = locationOf(text, position)
  return codeFrame(text, line, column, { before: 2, after: 1 })
}

/** Line and column, from 1, of a position that the server gave. The column counts UTF-16 units, as JavaScript does. */
export function locationOf(text: string, position: number): { line: number; column: number } {
  return positionAt(text, offsetOfCharacter(text, position))
}
