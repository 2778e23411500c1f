import type { StandardSchemaV1 } from '@standard-schema/spec'
import { pgError } from '../errors.ts'

/** Checks rows against their schema. A row that does not match is an error of the program, not of its client. */
export async function validateRows(schema: StandardSchemaV1, rows: readonly unknown[]): Promise<unknown[]> {
  const out = new Array<unknown>(rows.length)
  for (let i = 0; i < rows.length; i++) {
    const result = schema['~standard'].validate(rows[i])
    const settled = result instanceof Promise ? await result : result
    if (settled.issues) throw pgError('row_invalid', { row: i + 1, problems: describe(settled.issues) })
    out[i] = settled.value
  }
  return out
}

function describe(issues: readonly StandardSchemaV1.Issue[]): string {
  return issues
    .map(({ path, message }) => {
      const keys = path?.map(part => String(typeof part === 'object' ? part.key : part)) ?? []
      return keys.length > 0 ? `${keys.join('.')}: ${message}` : message
    })
    .join('; ')
}
