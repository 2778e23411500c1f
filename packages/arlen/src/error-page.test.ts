import { expect, test } from 'vitest'
import { errorPage } from './error-page.ts'

test('shows the problem and escapes what came from outside', () => {
  const page = errorPage({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    code: 'not_found',
    correlationId: 'req-1',
    detail: '<script>alert(1)</script> & "more"',
  })
  expect(page).toContain('404 Not Found')
  expect(page).toContain('req-1')
  expect(page).not.toContain('<script>')
  expect(page).toContain('&lt;script&gt;')
})

test('says nothing of the cause of a 500', () => {
  const page = errorPage({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    code: 'internal_error',
    correlationId: 'x',
  })
  expect(page).toContain('It has been noted')
})
