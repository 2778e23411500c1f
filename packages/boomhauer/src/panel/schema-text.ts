type Json = Readonly<Record<string, unknown>>

const MAX_DEPTH = 5

/** A JSON Schema in the short form of a TypeScript type, with its bounds behind: `{ email: string (email, at most 254), page?: integer }`. */
export function schemaText(schema: unknown, depth = 0): string {
  if (typeof schema !== 'object' || schema === null) return schema === false ? 'never' : 'any'
  const json = schema as Json
  if (depth > MAX_DEPTH) return '…'
  const inner = (one: unknown) => schemaText(one, depth + 1)
  if ('const' in json) return JSON.stringify(json.const)
  if (Array.isArray(json.enum)) return json.enum.map(value => JSON.stringify(value)).join(' | ')
  for (const key of ['anyOf', 'oneOf'] as const) {
    const options = json[key]
    if (Array.isArray(options)) return [...new Set(options.map(inner))].join(' | ')
  }
  if (Array.isArray(json.allOf)) return json.allOf.map(inner).join(' & ')
  if (typeof json.$ref === 'string') return json.$ref.split('/').at(-1)!
  if (json.type === 'array') return `${parenthesized(inner(json.items))}[]${bounds(json)}`
  if (json.type === 'object' || json.properties) return objectText(json, inner)
  const type = Array.isArray(json.type) ? json.type.join(' | ') : typeof json.type === 'string' ? json.type : 'any'
  return type + bounds(json)
}

function objectText(
  { properties = {}, required = [], additionalProperties }: Json,
  inner: (one: unknown) => string,
): string {
  const names = new Set(required as string[])
  const members = Object.entries(properties as Json).map(
    ([name, schema]) => `${name}${names.has(name) ? '' : '?'}: ${inner(schema)}`,
  )
  if (typeof additionalProperties === 'object') members.push(`[name]: ${inner(additionalProperties)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

function parenthesized(text: string): string {
  return text.includes(' | ') || text.includes(' & ') ? `(${text})` : text
}

const BOUNDS: readonly [keyof Json & string, (value: unknown) => string][] = [
  ['format', String],
  ['pattern', value => `/${value}/`],
  ['minLength', value => `at least ${value}`],
  ['maxLength', value => `at most ${value}`],
  ['minItems', value => `at least ${value}`],
  ['maxItems', value => `at most ${value}`],
  ['minimum', value => `≥ ${value}`],
  ['maximum', value => `≤ ${value}`],
  ['exclusiveMinimum', value => `> ${value}`],
  ['exclusiveMaximum', value => `< ${value}`],
  ['multipleOf', value => `multiple of ${value}`],
  ['default', value => `default ${JSON.stringify(value)}`],
]

function bounds(json: Json): string {
  const found = BOUNDS.flatMap(([key, text]) => (json[key] === undefined ? [] : [text(json[key])]))
  return found.length === 0 ? '' : ` (${found.join(', ')})`
}
