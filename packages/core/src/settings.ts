import * as v from 'valibot'

/** One setting of a configuration schema, with everything that flags, variables and documents need. */
export interface Setting {
  /** `['http', 'handlerTimeoutMs']` */
  path: readonly string[]
  /** `ARLEN_HTTP_HANDLER_TIMEOUT_MS` */
  env: string
  kind: 'string' | 'number' | 'boolean' | 'list' | 'other'
  description: string
  /** Whether its value is masked wherever it is shown. */
  secret: boolean
  default: unknown
}

type Schema = v.GenericSchema & {
  entries?: Record<string, Schema>
  wrapped?: Schema
  default?: unknown
  pipe?: readonly Schema[]
  options?: readonly Schema[]
}

/**
 * Lists the settings of a valibot schema in its order. Objects nest; `v.description()` documents a setting and
 * `v.metadata({ secret: true })` marks one whose value must not be shown.
 */
export function listSettings(schema: v.GenericSchema, prefix: string, path: readonly string[] = []): Setting[] {
  const inner = unwrap(schema)
  if (inner.entries) {
    return Object.entries(inner.entries).flatMap(([key, entry]) => listSettings(entry, prefix, [...path, key]))
  }
  return [
    {
      path,
      env: prefix + path.map(snakeCase).join('_'),
      kind: kindOf(inner),
      description: describe(schema),
      secret: isSecret(schema),
      default: (schema as Schema).default,
    },
  ]
}

/** The schema without `v.optional()`, `v.nullable()` and the like around it. */
function unwrap(schema: v.GenericSchema): Schema {
  let inner = schema as Schema
  while (inner.wrapped) inner = inner.wrapped
  return inner
}

function kindOf(schema: Schema): Setting['kind'] {
  switch (schema.type) {
    case 'string':
    case 'picklist':
    case 'literal':
      return 'string'
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'array':
      return 'list'
    case 'union':
      return schema.options?.some(option => option.type === 'number') ? 'number' : 'string'
    default:
      return 'other'
  }
}

function describe(schema: v.GenericSchema): string {
  return v.getDescription(schema) ?? v.getDescription(unwrap(schema)) ?? ''
}

function isSecret(schema: v.GenericSchema): boolean {
  return [schema, unwrap(schema)].some(level => (v.getMetadata(level) as { secret?: boolean }).secret === true)
}

function snakeCase(key: string): string {
  return key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()
}
