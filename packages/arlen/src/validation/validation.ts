import { type Handler, isPromiseLike, type Middleware, type ProblemIssue } from '@arlen/core'
import { type Context, readForm, readJson } from '@arlen/http'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { appError } from '../errors.ts'
import { formOf } from './form.ts'
import { readMultipartForm } from './multipart-form.ts'
import { toProblemIssue } from './validation-issue.ts'

/** The schemas for the parts of a request: valibot, or any other implementation of Standard Schema 1. */
export interface RouteSchemas {
  params?: StandardSchemaV1
  query?: StandardSchemaV1
  headers?: StandardSchemaV1
  body?: StandardSchemaV1
}

/** The type of `c.valid` for some schemas: the output of each. */
export type Valid<S extends RouteSchemas> = {
  [Part in keyof S & keyof RouteSchemas]: S[Part] extends StandardSchemaV1
    ? StandardSchemaV1.InferOutput<S[Part]>
    : never
}

type RequestPart = keyof RouteSchemas

/** Path, query, headers, body: the order in which failures are reported. */
const PARTS: readonly RequestPart[] = ['params', 'query', 'headers', 'body']

/** RFC 6901 pointers begin with the part's name on the wire. */
const POINTER: Record<RequestPart, string> = { params: '/path', query: '/query', headers: '/header', body: '/body' }

const MAX_ISSUES = 100

/**
 * Compiles the schemas of a route into a middleware that fills `c.valid`, or undefined if there is nothing to check. It
 * stays synchronous unless it must wait: a body that arrived with its head costs no promise.
 *
 * A request with failures gets 422 `validation_failed`, which lists up to 100 failures of all parts; 415 or 400
 * if the body cannot be read at all.
 *
 * @param invalid - handles requests with failures instead, with `c.form` filled
 */
export function compileValidation(
  schemas: RouteSchemas,
  invalid?: (c: Context) => unknown,
): Middleware<Context> | undefined {
  const parts = PARTS.filter(part => schemas[part])
  if (parts.length === 0) return undefined

  const checks = parts.map(part => ({ part, schema: schemas[part]!['~standard'] }))
  return next => c => {
    const attempt = new Attempt()
    let pending: Promise<void>[] | undefined
    for (const { part, schema } of checks) {
      const input = read(c, part)
      const evaluated =
        input instanceof Promise
          ? input.then(value => evaluate(part, schema, value, attempt))
          : evaluate(part, schema, input, attempt)
      if (evaluated === undefined) continue
      pending ??= []
      pending.push(evaluated)
    }
    if (pending === undefined) return conclude(c, attempt, next, invalid)
    return Promise.all(pending).then(() => conclude(c, attempt, next, invalid))
  }
}

/** The validation results of one request. */
class Attempt {
  readonly valid: Partial<Record<RequestPart, unknown>> = {}
  /** As the schemas returned them: a body can fail in thousands of places, and only a few are shown. */
  issues: Partial<Record<RequestPart, Result['issues']>> | undefined = undefined
  body: unknown = undefined
}

function conclude(
  c: Context,
  { valid, issues, body }: Attempt,
  next: Handler<Context>,
  invalid: ((c: Context) => unknown) | undefined,
): unknown {
  if (issues === undefined) {
    c.valid = valid
    return next(c)
  }
  const errors = firstIssues(issues)
  if (invalid === undefined) {
    const count = PARTS.reduce((sum, part) => sum + (issues[part]?.length ?? 0), 0)
    const more = count > errors.length ? ` The first ${errors.length} are listed.` : ''
    throw appError('validation_failed', { count, more }, { errors })
  }
  c.form = formOf(body, errors)
  c.res.status = 422
  return invalid(c)
}

type Result = StandardSchemaV1.Result<unknown>

function evaluate(
  part: RequestPart,
  schema: StandardSchemaV1.Props,
  input: unknown,
  attempt: Attempt,
): Promise<void> | undefined {
  if (part === 'body') attempt.body = input
  const result = schema.validate(input)
  if (isPromiseLike(result))
    return Promise.resolve(result as Promise<Result>).then(settled => keep(part, settled, attempt))
  keep(part, result as Result, attempt)
  return undefined
}

function keep(
  part: RequestPart,
  { issues, value }: { issues?: Result['issues']; value?: unknown },
  attempt: Attempt,
): void {
  if (issues === undefined) {
    attempt.valid[part] = value
    return
  }
  attempt.issues ??= {}
  attempt.issues[part] = issues
}

/** The issues to show, in the order of the parts; the others are not converted. */
function firstIssues(issues: NonNullable<Attempt['issues']>): ProblemIssue[] {
  const first: ProblemIssue[] = []
  for (const part of PARTS) {
    for (const issue of issues[part] ?? []) {
      if (first.length === MAX_ISSUES) return first
      first.push(toProblemIssue(POINTER[part], issue))
    }
  }
  return first
}

function read(c: Context, part: RequestPart): unknown {
  if (part === 'params') return c.params
  if (part === 'query') return c.req.query
  if (part === 'headers') return c.req.headers
  return readBody(c)
}

function readBody(c: Context): unknown {
  const full = c.req.header('content-type')
  if (full === undefined || full === 'application/json') return readJson(c.req)
  const type = full.replace(/;.*/s, '').trim().toLowerCase()
  if (type === 'application/json' || type.endsWith('+json')) return readJson(c.req)
  if (type === 'application/x-www-form-urlencoded') return readForm(c.req)
  if (type === 'multipart/form-data') return readMultipartForm(c)
  throw appError('body_unsupported', { accepted: 'application/json or as a form' })
}
