/** Decimal, no sign but minus, no leading zeros, no minus zero. `arlen` reads parameters by it too. */
export const INTEGER_TEXT: RegExp = /^(?:0|-?[1-9]\d{0,15})$/

/** {@link INTEGER_TEXT}, exact as a JavaScript number (at most 2^53 - 1). */
export function isInt(text: string): boolean {
  return INTEGER_TEXT.test(text) && Number.isSafeInteger(Number(text))
}

/** Any version and either case (RFC 9562, section 4). */
export function isUuid(text: string): boolean {
  return /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(text)
}

/** Lower-case ASCII words and digits, with single hyphens between. */
export function isSlug(text: string): boolean {
  return /^[a-z\d]+(?:-[a-z\d]+)*$/.test(text)
}

/** `YYYY-MM-DD`, whether or not there is such a day. */
export const DATE_TEXT: RegExp = /^\d{4}-\d\d-\d\d$/

/** A day that exists, as `YYYY-MM-DD` (RFC 3339, full-date). */
export function isDate(text: string): boolean {
  if (!DATE_TEXT.test(text)) return false
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}
