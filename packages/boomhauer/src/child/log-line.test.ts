import { expect, test } from 'vitest'
import { textOfLine } from './log-line.ts'

const line = (args: unknown[], bindings = {}) => textOfLine({ level: 'info', bindings, args, handled: false })

test('a line is its text and its members, those of its logger first', () => {
  expect(line([{ order: 7, paid: true }, 'paid'], { requestId: 'r1' })).toBe('paid requestId=r1 order=7 paid=true')
  expect(line(['paid'], { requestId: 'r1' })).toBe('paid requestId=r1')
  expect(line([{ order: 7 }])).toBe('order=7')
  expect(line([undefined, 'x'])).toBe('x')
  expect(line([new Error('no stove'), 'failed'])).toBe('failed err=Error: no stove')
})

test('secrets have names that hide them, at any depth', () => {
  expect(line([{ password: 'p', user: { name: 'Ada', token: 't' } }, 'x'])).toBe(
    'x password=[redacted] user={"name":"Ada","token":"[redacted]"}',
  )
})

test('long and hostile values do no harm', () => {
  const cyclic: Record<string, unknown> = {}
  cyclic.self = cyclic
  const hostile = Object.assign(new Error('x'), {
    toString() {
      throw new Error('read')
    },
  })
  expect(line([{ cyclic, hostile, big: 1n }, 'x'])).toBe(
    'x cyclic=(a value that cannot be shown) hostile=(a value that cannot be shown) big=1',
  )
  expect(line([{ long: 'x'.repeat(1_000_000) }, 'x']).length).toBeLessThan(400)
})
