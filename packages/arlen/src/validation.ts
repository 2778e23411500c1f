import { isPromiseLike, type ProblemIssue } from '@arlen/core'
import type { Context } from '@arlen/http'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { appError } from './errors.ts'
import { toProblemIssue } from './validation-issue.ts'

/** What a route expects of a request, by part. valibot, or anything else that speaks Standard Schema 1. */
export interface RouteSchemas {
  params?: StandardSchemaV1
  query?: StandardSchemaV1
  headers?: StandardSchemaV1
  body?: StandardSchemaV1
}

/** The type of `c.valid` under some schemas: each part as its schema puts it out. */
export type Valid<S extends RouteSchemas> = {
  [Part in keyof S & keyof RouteSchemas]: S[Part] extends StandardSchemaV1
    ? StandardSchemaV1.InferOutput<S[Part]>
    : never
}

type Part = keyof RouteSchemas

/** Path, query, headers, body: the order in which failures are reported. */
const PARTS: readonly Part[] = ['params', 'query', 'headers', 'body']

/** RFC 6901 pointers start with the part as the client knows it. */
const POINTER: Record<Part, string> = { params: '/path', query: '/query', headers: '/header', body: '/body' }

const MAX_ISSUES = 100

type Check = (c: Context) => undefined | Promise<undefined>

/**
 * Compiles the schemas of a route into one check that fills `c.valid`, or undefined where there is nothing to check.
 * It stays synchronous when nothing it reads is asynchronous: a route without a body schema costs no promise.
 *
 * @throws HttpError 422 `validation_failed` with every failure of all parts, at most 100; 415 and 400 where the body
 * cannot be read at all.
 */
export function compileValidation(schemas: RouteSchemas): Check | undefined {
  const parts = PARTS.filter(part => schemas[part])
  if (parts.length === 0) return undefined

  return c => {
    const valid: Partial<Record<Part, unknown>> = {}
    const issues: ProblemIssue[] = []
    const pending: Promise<void>[] = []
    for (const part of parts) {
      const schema = schemas[part]!
      const input = read(c, part)
      if (isPromiseLike(input)) {
        pending.push(Promise.resolve(input).then(value => judge(part, schema, value, valid, issues)))
      } else {
        const judged = judge(part, schema, input, valid, issues)
        if (judged) pending.push(judged)
      }
    }
    if (pending.length > 0) return Promise.all(pending).then(() => conclude(c, valid, issues))
    return conclude(c, valid, issues)
  }
}

function conclude(c: Context, valid: Partial<Record<Part, unknown>>, issues: ProblemIssue[]): undefined {
  if (issues.length > 0) {
    const order = (issue: ProblemIssue) => PARTS.findIndex(part => issue.path.startsWith(POINTER[part]))
    const errors = issues.sort((a, b) => order(a) - order(b)).slice(0, MAX_ISSUES)
    throw appError('validation_failed', { count: issues.length }, { errors })
  }
  c.valid = valid
}

function judge(
  part: Part,
  schema: StandardSchemaV1,
  input: unknown,
  valid: Partial<Record<Part, unknown>>,
  issues: ProblemIssue[],
): Promise<void> | undefined {
  const keep = (result: StandardSchemaV1.Result<unknown>) => {
    if (result.issues) for (const issue of result.issues) issues.push(toProblemIssue(POINTER[part], issue))
    else valid[part] = result.value
  }
  const result = schema['~standard'].validate(input)
  if (isPromiseLike(result)) return Promise.resolve(result as Promise<StandardSchemaV1.Result<unknown>>).then(keep)
  keep(result as StandardSchemaV1.Result<unknown>)
  return undefined
}

function read(c: Context, part: Part): unknown {
  if (part === 'params') return c.params
  if (part === 'query') return c.req.query
  if (part === 'headers') return c.req.headers
  return readBody(c)
}

function readBody(c: Context): unknown {
  const type = c.req.header('content-type')?.replace(/;.*/s, '').trim().toLowerCase()
  if (type === undefined || type === 'application/json' || type.endsWith('+json')) return c.req.json()
  if (type === 'application/x-www-form-urlencoded') return c.req.form()
  throw appError('unsupported_body', { accepted: 'application/json or application/x-www-form-urlencoded' })
}
