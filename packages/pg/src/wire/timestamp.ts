import { Unrepresentable } from './unrepresentable.ts'

const ISO = /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?( BC)?$/

/**
 * Parses the text form of a timestamptz (DateStyle ISO, any TimeZone) to a Date. Microseconds are truncated to
 * milliseconds.
 */
export function parseTimestamptz(text: string): Date {
  const match = ISO.exec(text)
  if (!match) throw new Unrepresentable(text, 'a Date', 'timestamptz')
  const year = match[12] ? 1 - Number(match[1]) : Number(match[1])
  const millis = match[7] ? Number(match[7].padEnd(3, '0').slice(0, 3)) : 0
  const offset = Number(match[9]) * 3600 + Number(match[10] ?? 0) * 60 + Number(match[11] ?? 0)
  const date = new Date(0)
  date.setUTCFullYear(year, Number(match[2]) - 1, Number(match[3]))
  date.setUTCHours(Number(match[4]), Number(match[5]), Number(match[6]), millis)
  date.setTime(date.getTime() - (match[8] === '-' ? -offset : offset) * 1000)
  if (Number.isNaN(date.getTime())) throw new Unrepresentable(text, 'a Date', 'timestamptz')
  return date
}
