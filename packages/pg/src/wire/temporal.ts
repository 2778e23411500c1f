/** The text form of a Temporal value in PostgreSQL; undefined for types without a natural counterpart. */
export function encodeTemporal(value: object): string | undefined {
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]
  switch (tag) {
    case 'Temporal.Instant':
      return fitYear(String(value))
    case 'Temporal.ZonedDateTime':
      return fitYear(String((value as { toInstant(): unknown }).toInstant()))
    case 'Temporal.PlainDateTime':
    case 'Temporal.PlainDate':
      return fitYear((value as { toString(options: object): string }).toString({ calendarName: 'never' }))
    case 'Temporal.PlainTime':
      return String(value)
    case 'Temporal.Duration':
      return signEach(String(value))
    default:
      return undefined
  }
}

/** In PostgreSQL, each part of a duration has its own sign: `-P1DT2H` is `P-1DT-2H`. */
function signEach(text: string): string {
  return text.startsWith('-') ? text.slice(1).replace(/[\d.]+/g, '-$&') : text
}

/** Year 0 of ISO 8601 is 1 BC, and PostgreSQL reads years above 9999 without the sign of ISO 8601. */
function fitYear(text: string): string {
  const [, sign, digits, rest] = /^([+-]?)(\d{4,})(-.*)$/.exec(text) ?? []
  if (digits === undefined) return text
  const year = Number(sign + digits)
  return year > 0 ? `${String(year).padStart(4, '0')}${rest}` : `${String(1 - year).padStart(4, '0')}${rest} BC`
}
