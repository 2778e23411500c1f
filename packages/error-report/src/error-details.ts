import type { Diagnostic } from '@arlen/core'
import { codeFrame, offsetOfCharacter, positionAt } from '@arlen/core/code-frame'
import { isSecretName } from '@arlen/core/secrets'
import type { SourceLocation } from '@arlen/core/stack'
import { clip, describe } from './describe.ts'
import type { Redact } from './redact.ts'

const MAX_SQL = 60_000
const MAX_CAUSES = 8
const MAX_FACTS = 12

/** The causes of an error: its `cause` and the errors of an AggregateError. */
export function causesOf(error: object): unknown[] {
  const errors = read(error, 'errors')
  const inner = Array.isArray(errors) ? errors.slice(0, MAX_CAUSES).filter(item => isErrorLike(item)) : []
  const cause = read(error, 'cause')
  return cause === undefined || cause === null ? inner : [cause, ...inner]
}

/** The SQL that a database rejected. `position` counts characters from 1 (PostgreSQL, ErrorResponse field P). */
export function sqlExcerpt(error: object, redact: Redact): Diagnostic['excerpts'] {
  const sql = textOf(read(error, 'sql')) ?? textOf(read(error, 'query'))
  if (sql === undefined) return undefined
  const text = clip(sql, MAX_SQL)
  const position = Number(read(error, 'position') ?? 0)
  const { line, column } = positionAt(text, offsetOfCharacter(text, position))
  const snippet = redact(codeFrame(text, line, position > 0 ? column : undefined, { before: 20, after: 20 }))
  return snippet === '' ? undefined : [{ title: 'SQL', snippet }]
}

const SHOWN_ELSEWHERE = new Set([
  ...['name', 'message', 'stack', 'code', 'cause', 'errors', 'diagnostics', 'hint', 'url'],
  ...['sql', 'query', 'position', 'status', 'detail', 'headers'],
])

/** The properties of an error that are not shown elsewhere. */
export function factsOf(error: object, redact: Redact): Record<string, string> | undefined {
  const facts: Record<string, string> = {}
  let count = 0
  for (const key of ownKeys(error)) {
    if (SHOWN_ELSEWHERE.has(key) || isSecretName(key)) continue
    const value = dataProperty(error, key)
    if (value === undefined || value === null || typeof value === 'function') continue
    facts[key] = typeof value === 'string' ? redact(clip(value, 500)) : clip(describe(value, redact), 500)
    if (++count === MAX_FACTS) break
  }
  return count > 0 ? facts : undefined
}

function ownKeys(value: object): string[] {
  try {
    return Object.keys(value).slice(0, 50)
  } catch {
    return [] // a proxy that refuses
  }
}

function dataProperty(value: object, key: string): unknown {
  try {
    return Object.getOwnPropertyDescriptor(value, key)?.value
  } catch {
    return undefined // a proxy that refuses
  }
}

/** Reads a property, even if its getter throws. */
export function read(value: unknown, key: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[key]
  } catch {
    return undefined // a getter that throws
  }
}

/** The place that an error itself knows: `at` of an ArlenError. */
export function locationOf(error: unknown): SourceLocation | undefined {
  const at = read(error, 'at')
  const [file, line, column] = [read(at, 'file'), read(at, 'line'), read(at, 'column')]
  if (typeof file !== 'string' || typeof line !== 'number') return undefined
  return { file, line, ...(typeof column === 'number' && { column }) }
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isErrorLike(value: unknown): boolean {
  return typeof value === 'object' && value !== null && textOf(read(value, 'stack')) !== undefined
}

export function isDiagnostic(value: unknown): value is Diagnostic {
  return typeof read(value, 'stage') === 'string' && typeof read(value, 'message') === 'string'
}
