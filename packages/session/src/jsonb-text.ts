/**
 * JSON for a `jsonb` column, which takes neither NUL nor lone surrogates (PostgreSQL, section 8.14), though JSON does and
 * requests bring them. Texts and member names with either are stored as a mark and their escaped form; all others as they
 * are, so that SQL can read them.
 */
const MARK = '\u{f8ff}arlen:'

export function toJsonb(value: unknown): string {
  const text = JSON.stringify(value)
  // Escapes of NUL and of lone surrogates are the only ones that JSON.stringify writes with \u0000 or \ud8.. to \udf...
  return needsMarks(text) ? JSON.stringify(convert(JSON.parse(text), mark)) : text
}

/** @param text - of a column that {@link toJsonb} wrote. */
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
