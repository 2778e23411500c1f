import * as v from 'valibot'

/*
 * Schemas for what arrives as text: path and query parameters, form fields. JSON bodies are never coerced. A value
 * given twice is an array and fails each of them but `list()`.
 */

const DIGITS = /^-?(0|[1-9]\d{0,15})$/
const DECIMAL = /^-?(0|[1-9]\d*)(\.\d+)?$/
const DAY = /^\d{4}-\d{2}-\d{2}$/

/** `'42'` → 42. Whole numbers that JavaScript holds exactly. */
export const IntegerParam: v.GenericSchema<string, number> = v.pipe(
  v.string(),
  v.regex(DIGITS, 'Must be a whole number.'),
  v.transform(Number),
  v.safeInteger('Must be a whole number between -9007199254740991 and 9007199254740991.'),
)

/** `'1.5'` → 1.5. Plain decimal notation. */
export const NumberParam: v.GenericSchema<string, number> = v.pipe(
  v.string(),
  v.regex(DECIMAL, 'Must be a number.'),
  v.transform(Number),
  v.finite('Must be a number.'),
)

/** `true`, `1`, `on`, `yes` and their opposites, as forms and people write them. */
export const BooleanParam: v.GenericSchema<string, boolean> = v.pipe(
  v.string(),
  v.regex(/^(true|false|1|0|on|off|yes|no)$/i, 'Must be true or false.'),
  v.transform(text => /^(true|1|on|yes)$/i.test(text)),
)

/** `'2026-02-28'`: a calendar day that exists, kept as text, for a day has no time zone. */
export const DateParam: v.GenericSchema<string, string> = v.pipe(
  v.string(),
  v.regex(DAY, 'Must be a date such as 2026-02-28.'),
  v.check(text => {
    const time = Date.parse(`${text}T00:00:00Z`)
    return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
  }, 'Must be a date that exists.'),
)

/** `tag=a&tag=b` → `['a', 'b']`; one value is a list of one, none the empty list. */
export function list<T>(item: v.GenericSchema<string, T>): v.GenericSchema<string | string[] | undefined, T[]> {
  return v.pipe(
    v.optional(v.union([v.string(), v.array(v.string())]), []),
    v.transform(value => (Array.isArray(value) ? value : [value])),
    v.array(item),
  )
}

/** One of some words; with a default when it is missing or empty. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  fallback?: Word,
): v.GenericSchema<string | undefined, Word> {
  const word = v.picklist(words, `Must be one of ${words.join(', ')}.`)
  if (fallback === undefined) return word as unknown as v.GenericSchema<string | undefined, Word>
  return v.pipe(
    v.optional(v.string(), fallback),
    v.transform(text => text || fallback),
    word,
  )
}

/** A schema of text with a value for when the text is missing or empty: `orElse(IntegerParam, 1)`. */
export function orElse<T>(schema: v.GenericSchema<string, T>, fallback: T): v.GenericSchema<string | undefined, T> {
  const nothing = v.pipe(
    v.literal(''),
    v.transform(() => fallback),
  )
  // Chosen by the input and not a union, whose failure would hide the schema's own reason.
  return v.optional(
    v.lazy(input => (input === '' ? nothing : schema) as v.GenericSchema<string, T>),
    '',
  )
}
