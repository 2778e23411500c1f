/** Whether a text is meant as `name=value …`, and not as a URI. */
export function looksLikeConninfo(text: string): boolean {
  return /^\s*\w+\s*=/.test(text)
}

/** What a connection string says; where it could not be read to its end, what stands before that. */
export interface Conninfo {
  entries: [name: string, value: string][]
  fault: string | undefined
}

/**
 * Reads `host=db port=5432 password='it\\'s'` (PostgreSQL manual, 32.1.1.1): blanks around the `=` do not count, a value with
 * blanks stands in single quotes, and a backslash takes the next character as it is.
 */
export function readConninfo(text: string): Conninfo {
  const entries: Conninfo['entries'] = []
  const failed = (fault: string): Conninfo => ({ entries, fault })
  const next = /\s*(?:([^\s=]+)(\s*=\s*)?|(=)|$)/y
  while (next.lastIndex < text.length) {
    const [, name, equals, alone] = next.exec(text) ?? []
    if (alone) return failed('it has a = with no name before it')
    if (name === undefined) break
    // Not said which: it may be the rest of a password with a blank in it.
    if (!equals) return failed('it has a word without =; a value with blanks stands in single quotes')
    const read = readValue(text, next.lastIndex)
    if (!read) return failed(`the value of ${name} has no closing quote`)
    entries.push([name, read.value])
    next.lastIndex = read.end
  }
  return { entries, fault: undefined }
}

function readValue(text: string, begin: number): { value: string; end: number } | undefined {
  const quoted = text[begin] === "'"
  const isEnd = quoted ? (char: string) => char === "'" : (char: string) => /\s/.test(char)
  let value = ''
  let at = quoted ? begin + 1 : begin
  for (; at < text.length && !isEnd(text[at]!); at++) {
    if (text[at] === '\\') at++ // a backslash at the very end stands for nothing
    value += text[at] ?? ''
  }
  if (!quoted) return { value, end: at }
  return at < text.length ? { value, end: at + 1 } : undefined
}
