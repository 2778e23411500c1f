import { expect, test } from 'vitest'
import { describe } from './describe.ts'
import { summarizeRequest } from './development-problem.ts'
import { createRedact, redactUrl } from './redact.ts'

const redact = createRedact({ SHOP_SECRET: 'hunter22222', SHORT_TOKEN: 'abc', COLOR: 'turquoise' })

test.each([
  ['postgres://shop:s3cret@db/shop', 'postgres://shop:[redacted]@db/shop'],
  ['redis://:pa55@cache', 'redis://:[redacted]@cache'],
  ['Authorization: Bearer abcdef123456', 'Authorization: Bearer [redacted]'],
  ['host=db password=pa55 user=x', 'host=db password=[redacted] user=x'],
  ['api_key=k12345&page=2', 'api_key=[redacted]&page=2'],
  ['the key hunter22222 is wrong', 'the key [redacted] is wrong'],
])('takes the secret out of %s', (text, clean) => {
  expect(redact(text)).toBe(clean)
})

test.each(['turquoise', 'abc', 'http://localhost:3000/a@b', 'Basic idea', 'a passing test'])(
  'leaves %s alone',
  text => {
    expect(redact(text)).toBe(text)
  },
)

test.each([
  ['letters and dots', 'a.'],
  ['letters and dashes', 'a-'],
  ['schemes', 'a://'],
  ['question marks', '?'],
])('the time for many %s is linear', (_, unit) => {
  const start = process.cpuUsage()
  redactUrl(unit.repeat(400_000 / unit.length), redact)
  // Linear time is some milliseconds, quadratic time more than a minute.
  expect(cpuMs(start)).toBeLessThan(2_000)
})

test('takes the values of secret parameters out of a URL', () => {
  expect(redactUrl('/login?user=ada&password=pa%2055&next=/', redact)).toBe(
    '/login?user=ada&password=[redacted]&next=/',
  )
})

test('facts of a request show neither cookies nor credentials', () => {
  const facts = summarizeRequest(
    {
      method: 'GET',
      url: '/a?token=t0k',
      facts: { headers: { accept: '*/*', cookie: 'sid=1', Authorization: 'Basic eHg6eXk=' }, body: { password: 'p' } },
    },
    redact,
  )
  expect(facts).toEqual({
    method: 'GET',
    url: '/a?token=[redacted]',
    facts: {
      headers: { accept: '*/*', cookie: '[redacted]', Authorization: '[redacted]' },
      body: { password: '[redacted]' },
    },
  })
})

test('describes values without running their code', () => {
  const cyclic: Record<string, unknown> = { a: 1 }
  cyclic.self = cyclic
  const hostile = {
    get trap(): never {
      throw new Error('never read')
    },
    toString(): never {
      throw new Error('never called')
    },
    password: 'pa55',
  }
  expect(describe(cyclic, redact)).toBe('{ a: 1, self: [circular] }')
  expect(describe(hostile, redact)).toBe('{ trap: [getter], toString: [function], password: [redacted] }')
  expect(describe({ deep: { deeper: { deepest: { end: 1 } } } }, redact)).toBe('{ deep: { deeper: { deepest: {…} } } }')
  expect(describe([undefined, null, 1n, Symbol('s'), new Date(0)], redact)).toBe(
    '[undefined, null, 1n, Symbol(s), 1970-01-01T00:00:00.000Z]',
  )
})

test('describes a proxy that refuses everything', () => {
  const refuse = () => {
    throw new Error('refused')
  }
  expect(describe(new Proxy({}, { ownKeys: refuse, getPrototypeOf: refuse }), redact)).toBe('[unreadable]')
})

test('a hundred megabytes are described at once, in little', () => {
  const value = { big: Buffer.alloc(100_000_000, 'x').toString('latin1'), many: new Array(1_000_000).fill({ a: 1 }) }
  const started = process.cpuUsage()
  const text = describe(value, redact)
  expect(text.length).toBeLessThan(2_000)
  expect(cpuMs(started)).toBeLessThan(200)
})

/** Processor time since then, which other programs on the machine add little to. */
function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

test('working folders of the shell are not secrets, even in variables named like passwords', () => {
  const redact = createRedact({ PWD: '/home/ada/shop', OLDPWD: '/home/ada', DB_PWD: '/sesame' })
  expect(redact('/home/ada/shop/app.ts opens with /sesame')).toBe('/home/ada/shop/app.ts opens with [redacted]')
})
