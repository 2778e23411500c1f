/**
 * JSON for a `jsonb` column. Unlike JSON, `jsonb` accepts neither NUL nor lone surrogates (PostgreSQL, section 8.14),
 * and requests may contain both. Strings and member names with either are stored escaped behind a marker; all others
 * are stored as they are, so that SQL can read them.
 */
const MARK = '\u{f8ff}arlen:'

export function toJsonb(value: unknown): string {
  const text = JSON.stringify(value)
  // JSON.stringify writes \u0000 and \ud8.. to \udf.. only for NUL and lone surrogates.
  return needsMarks(text) ? JSON.stringify(convert(JSON.parse(text), mark)) : text
}

/** @param text - the column's text, as written by {@link toJsonb}. */
export function fromJsonb(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return text.includes(MARK) ? convert(value, unmark) : value
}

function needsMarks(text: string): boolean {
  return text.includes('\\u0000') || text.includes('\\ud') || text.includes(MARK)
}

function mark(text: string): string {
  const isPlain = text.isWellFormed() && !text.includes('\0') && !text.startsWith(MARK)
  return isPlain ? text : MARK + JSON.stringify(text)
}

function unmark(text: string): string {
  return text.startsWith(MARK) ? (JSON.parse(text.slice(MARK.length)) as string) : text
}

function convert(value: unknown, text: (text: string) => string): unknown {
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return value.map(item => convert(item, text))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [text(name), convert(member, text)]))
}
