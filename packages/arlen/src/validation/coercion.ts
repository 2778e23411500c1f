import { DATE_TEXT, INTEGER_TEXT, isDate } from '@arlen/router/constraints'
import * as v from 'valibot'

/*
 * Schemas for what arrives as text: path and query parameters, form fields. JSON bodies are never coerced. A value
 * given twice is an array and fails each of them but `list()`.
 */

const AS_TEXT: unique symbol = Symbol('asText')

type Json = Readonly<Record<string, unknown>>

/** Attaches to a text schema the JSON Schema of what the text means: `integer`, so that clients know what to send. */
function asText<S extends v.GenericSchema>(schema: S, json: Json): S {
  return Object.assign(schema, { [AS_TEXT]: json })
}

/** The JSON Schema of a parameter's meaning, if its schema is one of these or built from one. */
export function textOf(schema: object): Json | undefined {
  const {
    [AS_TEXT]: json,
    wrapped,
    pipe = [],
  } = schema as { [AS_TEXT]?: Json; wrapped?: object; pipe?: v.GenericPipeItem[] }
  if (json === undefined) return wrapped && textOf(wrapped)
  const bounds = pipe.flatMap(action => {
    const { type, requirement } = action as { type: string; requirement?: unknown }
    return type === 'min_value' ? { minimum: requirement } : type === 'max_value' ? { maximum: requirement } : []
  })
  return Object.assign({}, json, ...bounds)
}

/** Minus zero becomes zero: `Object.is` distinguishes them, but no user does. */
const toNumber = (text: string) => Number(text) + 0

const DECIMAL = /^-?(0|[1-9]\d*)(\.\d+)?$/

/** `'42'` → 42. Whole numbers that JavaScript represents exactly. */
export const IntegerParam: v.GenericSchema<string, number> = asText(
  v.pipe(
    v.string(),
    v.regex(INTEGER_TEXT, 'Must be a whole number.'),
    v.transform(Number),
    v.safeInteger('Must be a whole number between -9007199254740991 and 9007199254740991.'),
  ),
  { type: 'integer' },
)

/** `'1.5'` → 1.5. Plain decimal notation. */
export const NumberParam: v.GenericSchema<string, number> = asText(
  v.pipe(v.string(), v.regex(DECIMAL, 'Must be a number.'), v.transform(toNumber), v.finite('Must be a number.')),
  { type: 'number' },
)

/** `true`, `1`, `on`, `yes` and their opposites, as sent by forms and people. */
export const BooleanParam: v.GenericSchema<string, boolean> = asText(
  v.pipe(
    v.string(),
    v.regex(/^(true|false|1|0|on|off|yes|no)$/i, 'Must be true or false.'),
    v.transform(text => /^(true|1|on|yes)$/i.test(text)),
  ),
  { type: 'boolean' },
)

/** `'2026-02-28'`: an existing calendar day, kept as text because a day has no time zone. */
export const DateParam: v.GenericSchema<string, string> = asText(
  v.pipe(
    v.string(),
    v.regex(DATE_TEXT, 'Must be a date such as 2026-02-28.'),
    v.check(isDate, 'Must be a date that exists.'),
  ),
  { type: 'string', format: 'date' },
)

/** `tag=a&tag=b` → `['a', 'b']`; one value is a list of one, none is the empty list. Also for files: `list(v.file())`. */
export function list<T, In extends string | File = string>(
  item: v.GenericSchema<In, T>,
): v.GenericSchema<In | In[] | undefined, T[]> {
  const isFile = item.type === 'file'
  const one = (isFile ? v.file() : v.string()) as v.GenericSchema<string | File>
  const schema = v.pipe(
    v.optional(v.union([one, v.array(one)]), []),
    v.transform(value => (Array.isArray(value) ? value : [value])),
    v.array(item as v.GenericSchema<string | File, T>),
  )
  const list = schema as unknown as v.GenericSchema<In | In[] | undefined, T[]>
  const items = isFile ? { type: 'string', format: 'binary' } : (textOf(item) ?? { type: 'string' })
  return asText(list, { type: 'array', items })
}

/** One of several words, with a default if it is missing or empty. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  fallback?: Word,
): v.GenericSchema<string | undefined, Word> {
  const word = v.picklist(words, `Must be one of ${words.join(', ')}.`)
  if (fallback === undefined) return word as unknown as v.GenericSchema<string | undefined, Word>
  const schema = v.pipe(
    v.optional(v.string(), fallback),
    v.transform(text => text || fallback),
    word,
  )
  return asText(schema, { type: 'string', enum: words, default: fallback })
}

/** A text schema with a default for missing or empty text: `orElse(IntegerParam, 1)`. */
export function orElse<T>(schema: v.GenericSchema<string, T>, fallback: T): v.GenericSchema<string | undefined, T> {
  const run = schema['~run'].bind(schema)
  // Chosen by the input rather than with a union, whose failure would hide the schema's own reason.
  const orEmpty: v.GenericSchema<string, T> = {
    ...schema,
    '~run'(dataset, config) {
      if (dataset.value !== '') return run(dataset, config)
      return { typed: true, value: fallback }
    },
  }
  return asText(v.optional(orEmpty, ''), { ...textOf(schema), default: fallback })
}
