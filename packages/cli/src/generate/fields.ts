import { didYouMean, UsageError } from '../command.ts'
import { type Names, readName } from './names.ts'
import { isReservedInSql } from './sql-words.ts'

/** A field type in the database and in TypeScript. */
interface FieldType {
  sql: string
  typescript: string
  /** Two values for tests, as entered. */
  samples: readonly [string | boolean | number, string | boolean | number]
  /** Values that are rejected. */
  invalid: unknown
}

const TYPES: Readonly<Record<string, FieldType>> = {
  string: { sql: 'text', typescript: 'string', samples: ['First', 'Second'], invalid: 7 },
  text: { sql: 'text', typescript: 'string', samples: ['One\ntwo', 'Three'], invalid: 7 },
  integer: {
    sql: 'integer',
    typescript: 'number',
    samples: [1, 2],
    invalid: 'many',
  },
  number: {
    sql: 'double precision',
    typescript: 'number',
    samples: [1.5, 2.5],
    invalid: 'much',
  },
  boolean: {
    sql: 'boolean',
    typescript: 'boolean',
    samples: [true, false],
    invalid: 'perhaps',
  },
  date: {
    sql: 'date',
    typescript: 'string',
    samples: ['2026-02-28', '2026-03-01'],
    invalid: '2026-02-30',
  },
}

/** One field of a resource. */
export interface Field extends Names {
  type: string
  optional: boolean
  kind: FieldType
  /** Its column in SQL, quoted if the name is an SQL key word. */
  column: string
  /** Its column in a query's select list. */
  selected: string
}

/** Names that every resource already has, or that its form needs. */
const TAKEN = ['id', 'created_at', 'updated_at', 'csrf_token']

/**
 * Parses the fields of a resource: `title`, `body:text`, `price:integer?`. The default type is `string`; a question mark
 * makes a field optional.
 */
export function readFields(given: readonly string[]): Field[] {
  const fields = given.map(readField)
  fields.forEach(({ snake }, index) => {
    if (TAKEN.includes(snake)) throw new UsageError(`the field ${snake} is there already: choose another name`)
    if (fields.findIndex(other => other.snake === snake) < index)
      throw new UsageError(`the field ${snake} is given twice`)
  })
  return fields
}

function readField(given: string): Field {
  const [, name = '', type = 'string', mark] = /^([^:?]*)(?::([^:?]*))?(\?)?$/.exec(given) ?? []
  if (name === '') throw new UsageError(`${JSON.stringify(given)} is no field; give name:type, such as price:integer`)
  if (!Object.hasOwn(TYPES, type)) {
    throw new UsageError(`there is no type ${JSON.stringify(type)} of fields; ${didYouMean(type, Object.keys(TYPES))}`)
  }
  const names = readName(name)
  const column = isReservedInSql(names.snake) ? `"${names.snake}"` : names.snake
  return {
    ...names,
    type,
    optional: mark === '?',
    kind: TYPES[type]!,
    column,
    selected: selectedAs(names, column, type),
  }
}

/** A day has no time zone, so it is text. */
function selectedAs({ camel, snake }: Names, column: string, type: string): string {
  const value = type === 'date' ? `${column}::text` : column
  return value === snake && camel === snake ? value : `${value} as "${camel}"`
}
