import { createServer } from '@arlen/http'
import { expect, test } from 'vitest'
import { testApp } from '../src/index.ts'
import { sampleApp } from './sample-app.ts'

async function failureOf(run: (t: Awaited<ReturnType<typeof testApp>>) => PromiseLike<unknown>): Promise<string> {
  await using t = await testApp(sampleApp())
  const error = await run(t).then(
    () => undefined,
    reason => reason as Error,
  )
  return error?.message ?? 'it did not fail'
}

test('shows the request, the head, the body, and what the server threw with its source and cause', async () => {
  const message = await failureOf(t => t.get('/boom').header('X-Asked', 'yes').status(200))
  expect(message).toMatch(/^The status is 500, not 200\.\n\nGET \/boom/)
  expect(message).toContain('  X-Asked: yes')
  expect(message).toContain('  Content-Type: application/problem+json')
  expect(message).toContain('"code":"internal_error"')
  expect(message).toContain('Error: The valve is stuck')
  expect(message).toMatch(/sample-app\.ts:\d+\n.*> +\d+ \|.*throw new Error\('The valve is stuck'/s)
  expect(message).toContain('TypeError: rust')
  expect(message).toContain('error request failed')
})

test('shows the page around a selector, one element a line', async () => {
  const message = await failureOf(t => t.get('/pages/1').text('form select b', 'x'))
  expect(message).toContain('Nothing matches form select b.')
  expect(message).toContain('What does match form select:\n<select name="plan">\n  <option value="s">Small</option>')
})

test('shows two kilobytes of a body and no more', async () => {
  const message = await failureOf(t => t.post('/echo').body('y'.repeat(900)).status(201))
  expect(message.length).toBeLessThan(4_000)
  expect(message).toContain('yyyy')
})

test('shows no secrets', async () => {
  const request = (t: Awaited<ReturnType<typeof testApp>>) =>
    t.post('/echo').auth('tok-12345').header('Cookie', 'session=s-12345').json({ password: 'pw-12345', name: 'Ada' })
  const message = await failureOf(t => request(t).status(201))
  expect(message).toContain('Ada')
  expect(message).not.toContain('12345')
})

test.each([
  ['tells that the application did not read the body of the request', '/deaf', true],
  ['does not where the body was read', '/heard', false],
])('a report %s', async (_, path, told) => {
  const app = createServer(async c => {
    if (c.req.path === '/heard') await c.req.text()
    return 'ok'
  })
  await using t = await testApp(app)
  const failure: Error = await t
    .post(path)
    .body('a letter')
    .status(201)
    .then(
      () => new Error('it passed'),
      error => error as Error,
    )
  expect(failure.message).toContain('The status is 200, not 201.')
  expect(failure.message.includes('did not read the body of the request')).toBe(told)
})
