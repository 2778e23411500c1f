/** Part of a representation in bytes: from `start` up to but excluding `end`. */
export interface ByteRange {
  start: number
  end: number
}

/**
 * Reads a Range field (RFC 9110, section 14.2) for a representation of `size` bytes.
 *
 * A single range is honored. Several are answered with the whole representation, which the specification allows and which
 * no client can use to multiply the work.
 *
 * An empty representation has no parts, and no Content-Range could name one: a Range for it is ignored, as RFC 9110,
 * section 14.2 allows and as clients expect that send one with every request.
 *
 * @returns the range; `unsatisfiable` if it lies beyond the end (416); undefined if the field is ignored
 */
export function parseRange(field: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = field === undefined || size === 0 ? null : /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(field)
  if (!match) return undefined
  const [, first = '', last = ''] = match
  if (first === '') {
    if (last === '') return undefined
    const length = Number(last)
    if (length === 0) return 'unsatisfiable'
    return { start: Math.max(0, size - length), end: size }
  }
  const start = Number(first)
  if (last !== '' && Number(last) < start) return undefined
  if (start >= size) return 'unsatisfiable'
  return { start, end: last === '' ? size : Math.min(Number(last) + 1, size) }
}
