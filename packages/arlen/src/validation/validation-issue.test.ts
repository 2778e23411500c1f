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

test.each<[string, v.GenericSchema, unknown, string]>([
  ['ends_with', v.pipe(v.string(), v.endsWith('z')), 'a', 'Must end with "z".'],
  ['starts_with', v.pipe(v.string(), v.startsWith('z')), 'a', 'Must begin with "z".'],
  ['includes', v.pipe(v.string(), v.includes('z')), 'a', 'Must contain "z".'],
  ['file', v.file(), 'a', 'Must be a file.'],
  ['email', v.pipe(v.string(), v.email()), 'a', 'Must be an e-mail address.'],
  ['integer', v.pipe(v.number(), v.integer()), 1.5, 'Must be a whole number.'],
  ['safe_integer', v.pipe(v.number(), v.safeInteger()), 1.5, 'Must be a whole number.'],
  ['regex', v.pipe(v.string(), v.regex(/^z$/)), 'a', 'Does not have the right form.'],
  ['iso_date', v.pipe(v.string(), v.isoDate()), 'a', 'Must be a date such as 2026-02-28.'],
  ['max_size', v.pipe(v.blob(), v.maxSize(2)), new Blob(['abc']), 'Must have at most 2 bytes.'],
  ['min_size', v.pipe(v.blob(), v.minSize(2)), new Blob(['a']), 'Must have at least 2 bytes.'],
  ['mime_type', v.pipe(v.blob(), v.mimeType(['a/b', 'c/d'])), new Blob(['a']), 'Must be of type a/b or c/d.'],
  ['max_length', v.pipe(v.array(v.any()), v.maxLength(1)), [1, 2], 'Must have at most 1.'],
  ['min_length', v.pipe(v.array(v.any()), v.minLength(1)), [], 'Must have at least 1.'],
  ['max_value', v.pipe(v.number(), v.maxValue(1)), 2, 'Must be at most 1.'],
  ['min_value', v.pipe(v.number(), v.minValue(1)), 0, 'Must be at least 1.'],
  ['non_empty', v.pipe(v.string(), v.nonEmpty()), '', 'Must not be empty.'],
  ['url', v.pipe(v.string(), v.url()), 'a', 'Must be a URL.'],
  ['uuid', v.pipe(v.string(), v.uuid()), 'a', 'Must be a UUID.'],
  ['number', v.number(), 'a', 'Must be number.'],
  ['never', v.never(), 'a', 'Must be never.'],
  [
    'check',
    v.pipe(
      v.string(),
      v.check(() => false),
    ),
    'a',
    'Is not acceptable.',
  ],
  ['required', v.object({ a: v.string() }), {}, 'Is required.'],
  ['number', v.number('Say how many.'), 'a', 'Say how many.'],
])('%s: %#', (code, schema, input, message) => {
  expect(issuesOf(schema, input)).toEqual([{ path: code === 'required' ? '/body/a' : '/body', code, message }])
})

test('codes of other validators are written as ours, and one without a code is invalid', () => {
  const issue = (more: object) => toProblemIssue('/body', { message: 'No.', ...more })
  expect(issue({ code: 'tooSmall' }).code).toBe('too_small')
  expect(issue({})).toEqual({ path: '/body', code: 'invalid', message: 'No.' })
  expect(issue({ path: ['a', { key: 0 }] }).path).toBe('/body/a/0')
})
