/** The accepted values of an option. */
export interface OptionRule {
  /** Completes the sentence "It must be …": `a whole number from 0 to 65535`. */
  readonly expected: string
  readonly accepts: (value: unknown) => boolean
  /** Whether it must be given. */
  readonly required?: boolean
  /** The options of a nested object. */
  readonly table?: Readonly<Record<string, OptionRule>>
}

/** A rule for every option of `T`. A missing rule is a type error. */
export type OptionTable<T> = { readonly [Name in keyof T]-?: OptionRule }

type Class = abstract new (...args: never[]) => unknown

/** The rules that tables are made of. */
export const option: {
  /** Any value: the factory checks it. */
  readonly any: OptionRule
  readonly string: OptionRule
  /** A string that is not empty. */
  readonly text: OptionRule
  readonly boolean: OptionRule
  readonly func: OptionRule
  readonly object: OptionRule
  readonly null: OptionRule
  /** A number that is not negative; `Infinity` lifts a limit. */
  readonly limit: OptionRule
  /** Any finite number from `least` to `most`. */
  number(least?: number, most?: number): OptionRule
  integer(least?: number, most?: number): OptionRule
  /** A finite number of milliseconds, from `least` to `most`. */
  durationMs(least?: number, most?: number): OptionRule
  oneOf(...values: readonly (string | number | boolean)[]): OptionRule
  listOf(rule: OptionRule): OptionRule
  /** An object with any names; each value follows `rule`. */
  recordOf(rule: OptionRule): OptionRule
  /** @param expected - names the value if the class's name does not: `a database of createPg()` */
  instanceOf(type: Class, expected?: string): OptionRule
  either(...rules: readonly OptionRule[]): OptionRule
  /** A required option. */
  required(rule: OptionRule): OptionRule
  /** An object with its own options. */
  nested<T extends object>(table: OptionTable<T>): OptionRule
} = {
  any: { expected: 'given', accepts: () => true },
  string: { expected: 'a string', accepts: value => typeof value === 'string' },
  text: { expected: 'a string that is not empty', accepts: value => typeof value === 'string' && value !== '' },
  boolean: { expected: 'true or false', accepts: value => typeof value === 'boolean' },
  func: { expected: 'a function', accepts: value => typeof value === 'function' },
  object: { expected: 'an object', accepts: isObject },
  null: { expected: 'null', accepts: value => value === null },
  limit: {
    expected: 'a number that is not negative',
    accepts: value => typeof value === 'number' && value >= 0,
  },
  number: (least, most) => numeric('a number', '', Number.isFinite, least, most),
  integer: (least, most) => numeric('a whole number', '', Number.isSafeInteger, least, most),
  durationMs: (least = 0, most) => numeric('a number', ' milliseconds', Number.isFinite, least, most),
  oneOf: (...values) => ({
    expected: listed(values.map(value => JSON.stringify(value))),
    accepts: value => (values as readonly unknown[]).includes(value),
  }),
  listOf: rule => ({
    expected: `a list, each item ${rule.expected}`,
    accepts: value => Array.isArray(value) && value.every(rule.accepts),
  }),
  recordOf: rule => ({
    expected: `an object, each value ${rule.expected}`,
    accepts: value => isObject(value) && Object.values(value).every(rule.accepts),
  }),
  instanceOf: (type, expected) => ({
    expected: expected ?? `an instance of ${type.name}`,
    accepts: value => value instanceof type,
  }),
  either: (...rules) => ({
    expected: listed(rules.map(rule => rule.expected)),
    accepts: value => rules.some(rule => rule.accepts(value)),
    ...nestedIn(rules),
  }),
  required: rule => ({ ...rule, required: true }),
  nested: table => ({ expected: 'an object', accepts: isObject, table }),
}

function nestedIn(rules: readonly OptionRule[]): Pick<OptionRule, 'table'> {
  const table = rules.find(rule => rule.table !== undefined)?.table
  return table === undefined ? {} : { table }
}

function numeric(
  kind: string,
  unit: string,
  isKind: (value: unknown) => boolean,
  least = Number.NEGATIVE_INFINITY,
  most = Number.POSITIVE_INFINITY,
): OptionRule {
  const range = [least === -Infinity ? '' : ` from ${least}`, most === Infinity ? '' : ` to ${most}`]
  const bounds = most === Infinity && least !== -Infinity ? ` of at least ${least}` : range.join('')
  return {
    expected: `${kind}${bounds}${unit}`,
    accepts: value => isKind(value) && (value as number) >= least && (value as number) <= most,
  }
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
