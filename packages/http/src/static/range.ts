/** Part of a representation: from `start` up to but without `end`, in bytes. */
export interface ByteRange {
  start: number
  end: number
}

/**
 * Reads a Range field (RFC 9110, section 14.2) for a representation of `size` bytes.
 *
 * One range is honoured. Several are answered with the whole, which the specification allows and which no client can
 * turn into a multiple of the work.
 *
 * @returns the range; `unsatisfiable` where it lies beyond the end (416); undefined where the field does not count.
 */
export function parseRange(field: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = field === undefined ? null : /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(field)
  if (!match) return undefined
  const [, first = '', last = ''] = match
  if (first === '') {
    if (last === '') return undefined
    const length = Number(last)
    if (length === 0) return 'unsatisfiable'
    // The last bytes of nothing are all of it, which no Content-Range can say: the whole is sent (section 14.1.2).
    return size === 0 ? undefined : { start: Math.max(0, size - length), end: size }
  }
  const start = Number(first)
  if (last !== '' && Number(last) < start) return undefined
  if (start >= size) return 'unsatisfiable'
  return { start, end: last === '' ? size : Math.min(Number(last) + 1, size) }
}
