import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Batcher } from './batcher.ts'

const batches: string[][] = []
let busy = false
let batcher: Batcher

beforeEach(() => {
  vi.useFakeTimers()
  batches.length = 0
  busy = false
  batcher = new Batcher({ flush: paths => batches.push([...paths]), busy: () => (busy ? 50 : 0) })
})
afterEach(() => void vi.useRealTimers())

test('a save is passed on after a moment, once', () => {
  batcher.add('a')
  batcher.add('a')
  expect(batches).toEqual([])
  vi.advanceTimersByTime(12)
  expect(batches).toEqual([['a']])
  vi.advanceTimersByTime(1_000)
  expect(batches).toHaveLength(1)
})

test('many files are waited for longer, for there are pauses between them', () => {
  for (let i = 0; i < 20; i++) {
    batcher.add(`f${i}`)
    vi.advanceTimersByTime(i < 5 ? 1 : 100)
  }
  vi.advanceTimersByTime(200)
  expect(batches.map(batch => batch.length)).toEqual([20])
})

test('files that keep coming are passed on every two seconds, for requests wait for them', () => {
  for (let i = 0; i < 50; i++) {
    batcher.add(`f${i}`)
    vi.advanceTimersByTime(i < 5 ? 1 : 100)
  }
  vi.advanceTimersByTime(200)
  expect(batches.map(batch => batch.length)).toEqual([25, 20, 5])
})

test('saves that come faster than a moment are not held back forever', () => {
  for (let i = 0; i < 300; i++) {
    batcher.add('a')
    vi.advanceTimersByTime(10)
  }
  expect(batches).toEqual([['a']])
})

test('a git operation under way is waited for', () => {
  busy = true
  batcher.add('a')
  vi.advanceTimersByTime(1_000)
  expect(batches).toEqual([])
  busy = false
  vi.advanceTimersByTime(100)
  expect(batches).toEqual([['a']])
})

test('a lock that is left behind holds nothing up forever', () => {
  busy = true
  batcher.add('a')
  vi.advanceTimersByTime(2_000)
  expect(batches).toEqual([['a']])
})

test('after closing nothing is passed on', () => {
  batcher.add('a')
  batcher.close()
  vi.advanceTimersByTime(1_000)
  expect(batches).toEqual([])
})
