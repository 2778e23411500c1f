import * as v from 'valibot'
import { expect, test } from 'vitest'
import { toProblemIssue } from './validation-issue.ts'

function issuesOf(schema: v.GenericSchema, input: unknown) {
  const result = schema['~standard'].validate(input)
  if (result instanceof Promise) throw new Error('these schemas are synchronous')
  return (result.issues ?? []).map(issue => toProblemIssue('/body', issue))
}

test('points at the field with a JSON Pointer, escaped as RFC 6901 says', () => {
  const schema = v.object({ 'a/b~c': v.array(v.object({ n: v.number() })) })
  expect(issuesOf(schema, { 'a/b~c': [{ n: 1 }, { n: 'x' }] })).toEqual([
    { path: '/body/a~1b~0c/1/n', code: 'number', message: 'Must be number.' },
  ])
})

test('calls what is missing required', () => {
  expect(issuesOf(v.object({ email: v.string() }), {})).toEqual([
    { path: '/body/email', code: 'required', message: 'Is required.' },
  ])
})

test('never repeats a value that was sent, but keeps the words of the application', () => {
  const secret = 'kq3-secret-value'
  const schema = v.object({
    a: v.pipe(v.string(), v.email()),
    b: v.picklist(['x', 'y']),
    c: v.pipe(v.string(), v.minLength(99)),
    d: v.pipe(v.string(), v.uuid('Must be the id of an order.')),
    e: v.number(),
  })
  const issues = issuesOf(schema, { a: secret, b: secret, c: secret, d: secret, e: secret })
  expect(issues.map(issue => issue.code)).toEqual(['email', 'picklist', 'min_length', 'uuid', 'number'])
  expect(issues[3]?.message).toBe('Must be the id of an order.')
  expect(JSON.stringify(issues)).not.toContain(secret)
})

test('says what the common checks ask for, with what they require', () => {
  const schema = v.object({
    a: v.pipe(v.number(), v.integer()),
    b: v.pipe(v.number(), v.minValue(1)),
    c: v.pipe(v.string(), v.maxLength(3)),
    d: v.pipe(v.string(), v.startsWith('x')),
  })
  expect(issuesOf(schema, { a: 1.5, b: 0, c: 'long', d: 'y' }).map(issue => issue.message)).toEqual([
    'Must be a whole number.',
    'Must be at least 1.',
    'Must have at most 3.',
    'Must begin with "x".',
  ])
})

test('says of a parameter that is repeated that it must not be', () => {
  const { issues } = v.string()['~standard'].validate(['1', '2']) as { issues: Parameters<typeof toProblemIssue>[1][] }
  expect(toProblemIssue('/query', issues[0]!)).toMatchObject({ code: 'string', message: 'Must be given once.' })
  expect(toProblemIssue('/body', issues[0]!).message).toBe('Must be string.')
})
