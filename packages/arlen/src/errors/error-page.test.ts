import { createHash } from 'node:crypto'
import type { Problem } from '@arlen/core'
import { expect, test } from 'vitest'
import { errorPage } from './error-page.ts'

const htmlOf = (problem: Problem) => String(errorPage(problem).body)

test('shows the problem and escapes what came from outside', () => {
  const page = htmlOf({
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

test('reveals nothing about the cause of a 500', () => {
  const page = htmlOf({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    code: 'internal_error',
    correlationId: 'x',
  })
  expect(page).toContain('It has been noted')
})

test('says nothing where a client error has no detail', () => {
  const problem = { type: 'about:blank', title: 'Not Found', status: 499, code: 'x', correlationId: 'req-1' }
  expect(htmlOf(problem)).toContain('<h1>499 Not Found</h1>\n\n<p><small>x · req-1</small></p>')
})

test('allows its own style and nothing else', () => {
  const reply = errorPage({ type: 'about:blank', title: 'x', status: 500, code: 'x', correlationId: 'x' })
  const policy = reply.headers.get('Content-Security-Policy') ?? ''
  const style = /<style>(.*)<\/style>/s.exec(String(reply.body))?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain(`style-src 'sha256-${hash}'`)
})

test('shows similar routes in development, and nothing where there are none', () => {
  const problem = {
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    code: 'x',
    correlationId: 'req-1',
    detail: 'd',
  }
  const page = (near?: string[]) => String(errorPage(problem, near).body)
  expect(page(['GET /a', 'GET /<b>'])).toContain(
    '<p>Routes like it:</p>\n<ul><li><code>GET /a</code></li><li><code>GET /&lt;b&gt;</code></li></ul>',
  )
  for (const none of [undefined, []]) expect(page(none)).not.toContain('Routes')
})
