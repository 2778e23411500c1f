import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import { parseDocument } from 'yaml'

const file = createRequire(import.meta.url)
  .resolve('dclint/package.json')
  .replace('package.json', 'schemas/compose.schema.json')

/**
 * Holds a Compose file against the schema of the Compose specification, as `docker compose config` does.
 *
 * @returns what is wrong, one line each
 */
export function problemsOfCompose(text: string): string[] {
  const document = parseDocument(text)
  const { $schema: _, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile({
    ...schema,
  })
  validate(document.toJS())
  const wrong = (validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${instancePath} ${message} ${Object.values(params).join(', ')}`.trim(),
  )
  return [...document.errors.map(({ message }) => message), ...wrong]
}
