import { expect, test } from 'vitest'
import { redactText } from './redact.ts'

test.each([
  ['a field', '  Authorization: Bearer s3cret'],
  ['a cookie that is set', 'Set-Cookie: session=s3cret; Path=/'],
  ['a member', '{"password":"s3cret"}'],
  ['a member of JSON inside of JSON', JSON.stringify({ body: JSON.stringify({ password: 's3cret' }) })],
  ['a parameter', 'token=s3cret&page=2'],
  ['a control', '<input type="password" name="password" value="s3cret">'],
])('the value of %s that is named like a secret is taken out', (_, text) => {
  const clean = redactText(text)
  expect(clean).not.toContain('s3cret')
  expect(clean).toContain('[redacted]')
})

test('values that are not secret stay unchanged', () => {
  const text = 'Accept: text/html\n{"name":"Ada","page":"2"} page=2 <input name="name" value="Ada">'
  expect(redactText(text)).toBe(text)
})
