import type { SourceLocation } from '@arlen/core/stack'
import jsTokens from 'js-tokens'

/** A position in a text, from 1. */
export type Position = Required<Pick<SourceLocation, 'line'>> & { column: number }

interface Key {
  name: string
  start: number
}

/**
 * Finds where a module sets something: for `['http', 'port']`, the key `port` in the object that is the value of `http`.
 * Finds the longest part of the path that exists. Undefined if not even the first name exists.
 *
 * @param from - where to begin, such as at a call
 */
export function findSetting(source: string, path: readonly string[], from = 0): Position | undefined {
  let best: { depth: number; start: number } | undefined
  // The keys that lead to the object being read, one for each open bracket; undefined for brackets that are not the value
  // of a key.
  const open: (Key | undefined)[] = []
  let key: Key | undefined
  let last: Key | undefined
  let at = 0
  for (const { type, value } of jsTokens(source)) {
    const start = at
    at += value.length
    if (start < from || type === 'WhiteSpace' || type === 'LineTerminatorSequence' || type.endsWith('Comment')) continue
    if (type === 'IdentifierName') last = { name: value, start }
    else if (type === 'StringLiteral') last = { name: value.slice(1, -1), start }
    else if (value === ':' || value === '}' || value === ',') {
      const names = [...open, last].flatMap(each => each?.name ?? [])
      const depth = names.every((name, i) => name === path[i]) ? names.length : 0
      // `{ port }` names a setting too.
      if (last && depth > (best?.depth ?? 0) && open.length > 0) best = { depth, start: last.start }
      key = value === ':' ? last : undefined
      last = undefined
      if (value === '}') open.pop()
    } else if (/^[([{]$/.test(value)) {
      open.push(key)
      key = undefined
      last = undefined
    } else if (/^[)\]]$/.test(value)) {
      open.pop()
      last = undefined
    } else if (value === '=') last = undefined
    if (best?.depth === path.length) break
  }
  return best && positionOf(source, best.start)
}

/** Finds the line of a `.env` file that sets a variable. */
export function findVariable(source: string, name: string): Position | undefined {
  for (const [index, line] of source.split(/\r\n|[\n\r]/).entries()) {
    const found = /^(\s*(?:export\s+)?)([\w.-]+)\s*=/.exec(line)
    if (found?.[2] === name) return { line: index + 1, column: found[1]!.length + 1 }
  }
  return undefined
}

function positionOf(source: string, offset: number): Position {
  const before = source.slice(0, offset)
  return { line: before.split('\n').length, column: offset - (before.lastIndexOf('\n') + 1) + 1 }
}
