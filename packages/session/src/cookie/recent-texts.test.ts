import { expect, test } from 'vitest'
import { RecentTexts } from './recent-texts.ts'

const value = (tail: string, length = 113) => tail.padStart(length, 'A')

test('finds what was kept, until another takes its place', () => {
  const recent = new RecentTexts()
  expect(recent.find(value('x0'))).toBeUndefined()
  recent.keep(value('x0'), 'one')
  recent.keep(value('y1', 177), 'two')
  expect([recent.find(value('x0'))?.text, recent.find(value('y1', 177))?.text]).toEqual(['one', 'two'])
  recent.keep(value('x1'), 'three')
  expect([recent.find(value('x0')), recent.find(value('x1'))?.text]).toEqual([undefined, 'three'])
})

test('finds nothing that differs, in whatever character or length', () => {
  const recent = new RecentTexts()
  const kept = value('secret-x0')
  recent.keep(kept, 'text')
  expect(recent.find('')).toBeUndefined()
  expect(recent.find(`A${kept}`)).toBeUndefined()
  expect(recent.find(kept.slice(1))).toBeUndefined()
  for (let at = 0; at < kept.length; at++) {
    for (const other of ['B', '\u0141', '\u00c1', '\u0000']) {
      expect(recent.find(kept.slice(0, at) + other + kept.slice(at + 1))).toBeUndefined()
    }
  }
  expect(recent.find(kept)?.text).toBe('text')
})

test('keeps a bounded number', () => {
  const recent = new RecentTexts()
  const values = Array.from({ length: 20_000 }, (_, i) => value(Buffer.from(`${i}`).toString('base64url')))
  for (const [i, each] of values.entries()) recent.keep(each, String(i))
  expect(values.filter(each => recent.find(each) !== undefined).length).toBeLessThanOrEqual(1024)
})

test('parses what is seen again once for all, and what is long each time', () => {
  const recent = new RecentTexts()
  const text = recent.keep(value('x0'), '{"a":[1]}')
  expect(text.shared()).toBeUndefined()
  expect(text.shared()).toEqual({ a: [1] })
  expect(recent.find(value('x0'))?.shared()).toBe(text.shared())
  const long = recent.keep(value('y1'), JSON.stringify('x'.repeat(1023)))
  expect([long.shared(), long.shared()]).toEqual([undefined, undefined])
  expect(recent.keep(value('x0'), '{"a":[2]}').shared()).toBeUndefined()
})
