import { after, type Handler } from '@arlen/core'
import { type Context, type Reply, toReply } from '@arlen/http'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { appError } from '../errors.ts'
import { toProblemIssue } from './validation-issue.ts'

/**
 * The schema of a route's JSON responses, or one per status: null for a status without JSON, such as 204. Unlisted statuses
 * are not checked.
 */
export type ResponseSchemas = StandardSchemaV1 | Readonly<Record<number, StandardSchemaV1 | null>>

/**
 * Checks a handler's JSON responses against their schema: what a client would receive, after dates and the like have become
 * text.
 *
 * @throws HttpError 500 `response_invalid`
 */
export function checkResponses(schemas: ResponseSchemas, route: string, handler: Handler<Context>): Handler<Context> {
  return c =>
    after(handler(c), result => {
      const reply = toReply(c, result)
      const answer = jsonOf(c, reply)
      const schema = answer && schemaFor(schemas, answer.status)
      if (answer === undefined || schema === undefined) return reply
      return after(schema['~standard'].validate(answer.value), evaluated => {
        const { issues } = evaluated as StandardSchemaV1.Result<unknown>
        if (issues === undefined) return reply
        const problems = issues
          .slice(0, 100)
          .map(issue => toProblemIssue('', issue))
          .map(({ path, message }) => `${path || '/'}: ${message}`)
        throw appError('response_invalid', { route, problems: problems.join(' ') })
      })
    })
}

function jsonOf(c: Context, { body, type, status }: Reply): { status: number; value: unknown } | undefined {
  if (typeof body !== 'string' || !type.startsWith('application/json')) return undefined
  return { status: status || c.res.status, value: JSON.parse(body) }
}

function schemaFor(schemas: ResponseSchemas, status: number): StandardSchemaV1 | undefined {
  if ('~standard' in schemas) return status < 300 ? (schemas as StandardSchemaV1) : undefined
  return (schemas as Readonly<Record<number, StandardSchemaV1 | null>>)[status] ?? undefined
}
