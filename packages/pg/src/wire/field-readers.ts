import { parseTimestamptz } from './timestamp.ts'

/** Reads the text form of a value in [from, to) of a message. */
export type FieldReader = (bytes: Buffer, from: number, to: number) => unknown

/** Without the choice of an encoding at every call, which costs as much as reading a short text. */
const { utf8Slice } = Buffer.prototype as unknown as { utf8Slice(this: Buffer, from: number, to: number): string }

export function readText(bytes: Buffer, from: number, to: number): string {
  return utf8Slice.call(bytes, from, to)
}

const [ZERO, MINUS, PLUS, DASH, COLON, BLANK, POINT, TRUE] = [48, 45, 43, 45, 58, 32, 46, 116]

/** An int2, int4 or oid. */
export function readInteger(bytes: Buffer, from: number, to: number): number {
  const negative = bytes[from] === MINUS
  let value = 0
  for (let at = negative ? from + 1 : from; at < to; at++) value = value * 10 + bytes[at]! - ZERO
  return negative ? -value : value
}

export function readBoolean(bytes: Buffer, from: number): boolean {
  return bytes[from] === TRUE
}

/** The usual form, `2026-01-31 12:00:00[.123456]+00`; all others are left to the parser of texts. */
export function readTimestamptz(bytes: Buffer, from: number, to: number): Date {
  const year = two(bytes, from) * 100 + two(bytes, from + 2)
  const zone = zoneAt(bytes, from + 19, to)
  const isUsual =
    zone + 3 === to &&
    bytes[from + 4] === DASH &&
    bytes[from + 7] === DASH &&
    bytes[from + 10] === BLANK &&
    bytes[from + 13] === COLON &&
    bytes[from + 16] === COLON
  if (!isUsual) return parseTimestamptz(readText(bytes, from, to))
  const offset = (bytes[zone] === MINUS ? -two(bytes, zone + 1) : two(bytes, zone + 1)) * 3_600_000
  const seconds = two(bytes, from + 11) * 3_600 + two(bytes, from + 14) * 60 + two(bytes, from + 17)
  const days = daysSince1970(year, two(bytes, from + 5), two(bytes, from + 8))
  return new Date(days * 86_400_000 + seconds * 1_000 + millisAt(bytes, from + 19, zone) - offset)
}

/**
 * The days from 1970-01-01 to a day of the Gregorian calendar. Years are counted from March, so that leap days come last.
 * (`Date.UTC` does the same, in several times the time.)
 */
function daysSince1970(year: number, month: number, day: number): number {
  const years = month > 2 ? year : year - 1
  const daysOfMonths = (((month > 2 ? month - 3 : month + 9) * 153 + 2) / 5) | 0
  const leapDays = ((years / 4) | 0) - ((years / 100) | 0) + ((years / 400) | 0)
  return years * 365 + leapDays + daysOfMonths + day - 719_469
}

/** Where the sign of the zone stands; the end where there is none. */
function zoneAt(bytes: Buffer, from: number, to: number): number {
  for (let at = from; at < to; at++) if (bytes[at] === PLUS || bytes[at] === MINUS) return at
  return to
}

/** `.1` is 100 ms; what is finer than that is dropped. */
function millisAt(bytes: Buffer, from: number, to: number): number {
  if (bytes[from] !== POINT) return 0
  let millis = 0
  for (let i = 1; i <= 3; i++) millis = millis * 10 + (from + i < to ? bytes[from + i]! - ZERO : 0)
  return millis
}

function two(bytes: Buffer, at: number): number {
  return (bytes[at]! - ZERO) * 10 + bytes[at + 1]! - ZERO
}
