import { expect, test } from 'vitest'
import { temporaryApp } from './temporary-app.ts'

const APP = `
  import { createApp } from 'arlen'
  const app = createApp({ log: false, config: { session: { enabled: false } } })
  app.get('/hello', { name: 'hello' }, () => ({ hello: 'console' }))
  app.onStop('telling', () => console.log('stopped'))
  export default app
`
const app = () => temporaryApp({ 'app.js': APP })

test('has the application and its helpers, and waits for promises', async () => {
  const input = [
    'app.environment',
    'const response = await request("/hello")',
    'response.json()',
    'function double(n) {',
    '  return n * 2',
    '}',
    '',
    '[1, 2].map(double); ',
    'config.http.port',
    'routes()',
    'sql`select 1`.text',
    'undefined',
  ].join('\n')
  const { code, out, err } = await app().arlen(['console', '--env', 'test'], { input })
  expect([code, err]).toEqual([0, ''])
  expect(out.split('\n').slice(0, 4)).toEqual(["'test'", "{ hello: 'console' }", '[ 2, 4 ]', '3000'])
  expect(out).toMatch(/^GET +\/hello +hello/m)
  expect(out.trimEnd().split('\n').at(-1)).toBe('stopped')
})

test.each([
  ['throw new Error("on purpose")\nconsole.log("not this")', 'on purpose'],
  ['await Promise.reject(new Error("on purpose"))\nconsole.log("not this")', 'on purpose'],
  ['nonsense', 'nonsense is not defined'],
  ['db', 'No database is configured'],
  ['function half() {', 'the input ends in the middle of a statement'],
])('ends with exit code 1 where %j fails', async (input, message) => {
  const { code, out } = await app().arlen(['console'], { input })
  expect([code, out]).toEqual([1, expect.stringContaining(message)])
  expect(out).not.toMatch(/^not this$/m)
  expect(out).toMatch(/^stopped$/m)
})

test('needs an application', async () => {
  const { code, err } = await temporaryApp().arlen(['console'], { input: '' })
  expect([code, err]).toEqual([1, expect.stringContaining('has no app.ts or app.js')])
})
