import type { Field } from './fields.ts'

/** The schemas of a resource as code, and their imports. */
export interface Schemas {
  /** Names to import from arlen, sorted. */
  imports: readonly string[]
  /** The names that several fields share. */
  shared: readonly string[]
  json(field: Field): string
  form(field: Field): string
  response(field: Field): string
}

/** The definitions that several fields share, from `resource/shared-schemas.ts`. */
const SHARED = ['line', 'text', 'integer', 'integerText']

/** @param withForm - whether there is a form, in which everything is text */
export function schemasOf(fields: readonly Field[], withForm: boolean): Schemas {
  const code = fields.flatMap(field => [json(field), withForm ? form(field) : '']).join('\n')
  const uses = (name: string) => new RegExp(`\\b${name}\\b`).test(code)
  const shared = SHARED.filter(uses)
  const imports = ['BooleanParam', 'DateParam', 'IntegerParam', 'NumberParam', 'orElse'].filter(
    name => uses(name) || (name === 'IntegerParam' && shared.includes('integerText')),
  )
  return { imports, shared, json, form, response }
}

function json({ type, optional }: Field): string {
  const schema = (
    {
      string: optional ? 'line' : "v.pipe(line, v.nonEmpty('Must not be empty.'))",
      text: optional ? 'text' : "v.pipe(text, v.nonEmpty('Must not be empty.'))",
      integer: 'integer',
      number: 'v.pipe(v.number(), v.finite())',
      boolean: 'v.boolean()',
      date: 'DateParam',
    } as Record<string, string>
  )[type]!
  return optional ? `v.optional(v.nullable(${schema}), null)` : schema
}

/** In a form, everything is text, and omitted values are empty. */
function form(field: Field): string {
  switch (field.type) {
    case 'string':
      return field.optional ? 'v.pipe(line, v.transform(entered => entered || null))' : json(field)
    case 'text':
      return field.optional ? 'v.pipe(text, v.transform(entered => entered || null))' : json(field)
    case 'integer':
      return field.optional ? 'orElse<number | null>(integerText, null)' : 'integerText'
    case 'number':
      return field.optional ? 'orElse<number | null>(NumberParam, null)' : 'NumberParam'
    case 'boolean':
      return 'orElse(BooleanParam, false)'
    default:
      return field.optional ? 'orElse<string | null>(DateParam, null)' : 'DateParam'
  }
}

function response({ kind, optional }: Field): string {
  return optional ? `v.nullable(v.${kind.typescript}())` : `v.${kind.typescript}()`
}
