import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import { readKeys } from './keys.ts'

function input(isTTY: boolean) {
  return Object.assign(new EventEmitter(), { isTTY, setRawMode: vi.fn(), pause: vi.fn(), unref: vi.fn() })
}

test('r from a pipe tries again, once for each', () => {
  const stdin = input(false)
  const retry = vi.fn()
  const interrupt = vi.fn()
  const stop = readKeys(stdin, { retry, interrupt })
  stdin.emit('data', Buffer.from('xrr\n\u0003'))
  expect(retry).toHaveBeenCalledTimes(2)
  expect(interrupt).not.toHaveBeenCalled()
  expect(stdin.setRawMode).not.toHaveBeenCalled()
  stop()
  stdin.emit('data', 'r')
  expect(retry).toHaveBeenCalledTimes(2)
  expect(stdin.pause).toHaveBeenCalled()
})
