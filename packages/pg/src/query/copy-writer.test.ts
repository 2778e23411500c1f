import { EventEmitter } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { StatementConnection } from '../wire/connection.ts'
import { CopyWriter } from './copy-writer.ts'

function open() {
  const sent: string[] = []
  const stream = Object.assign(new EventEmitter(), { writableNeedDrain: false })
  const writer = {
    copyData: (bytes: Uint8Array) => sent.push(Buffer.from(bytes).toString()),
    flush: () => sent.push('|'),
  }
  const copy = new CopyWriter({ writer, wire: { stream } } as unknown as StatementConnection)
  return { copy, sent, stream }
}

const HIGH = '\ud83d'
const LOW = '\ude00'

test('what is less than 32 KiB is sent in one message at the end of the turn', async () => {
  const { copy, sent } = open()
  expect([copy.add('a\n'), copy.add('b\n')]).toEqual([false, false])
  expect(sent).toEqual([])
  await turn()
  expect(sent).toEqual(['a\nb\n', '|'])
  copy.add('c')
  await turn()
  expect(sent).toEqual(['a\nb\n', '|', 'c', '|'])
})

test('32 KiB are sent at once, and it says whether the socket is full', async () => {
  const { copy, sent, stream } = open()
  copy.add('x'.repeat(32_767))
  expect(sent).toEqual([])
  expect(copy.add('y')).toBe(false)
  expect(sent.map(each => each.length)).toEqual([32_768, 1])
  stream.writableNeedDrain = true
  expect(copy.add('x'.repeat(32_767))).toBe(false)
  expect(copy.add(Buffer.from('y'))).toBe(true)
  expect(sent.map(each => each.length)).toEqual([32_768, 1, 32_767, 1, 1])
  stream.writableNeedDrain = false
  copy.add('z')
  copy.stop()
  await turn()
  expect(sent).toHaveLength(5)
})

test('bytes keep their place between texts, and count', () => {
  const { copy, sent } = open()
  copy.add('a')
  copy.add(Buffer.alloc(20_000, 98))
  copy.add('c')
  expect(sent.map(each => each[0])).toEqual(['a', 'b'])
  copy.add(Buffer.alloc(12_764, 100))
  expect(sent).toHaveLength(4)
  copy.add('e')
  expect(sent.map(each => each[0])).toEqual(['a', 'b', 'c', 'd'])
  copy.add(Buffer.alloc(1))
  expect(sent.at(-1)).toBe('|')
})

test('half a character waits for the other half', async () => {
  const { copy, sent } = open()
  copy.add(`a${HIGH}`)
  await turn()
  expect(sent).toEqual([])
  copy.add(`${LOW}b`)
  copy.flush()
  expect(sent).toEqual(['a😀b', '|'])
  const large = open()
  large.copy.add('x'.repeat(32_767) + HIGH)
  expect(large.sent.map(each => each.length)).toEqual([32_767, 1])
  large.copy.add(LOW)
  large.copy.flush()
  expect(large.sent.slice(2)).toEqual(['😀', '|'])
})

test.each([`a${HIGH}`, `a${LOW}b`, HIGH])('half a character alone is refused, never replaced: %j', async text => {
  const { copy, sent } = open()
  copy.add(text)
  await turn()
  expect(() => copy.flush()).toThrow(expect.objectContaining({ code: 'text_malformed' }))
  expect(() => copy.add(Buffer.from('x'))).toThrow(expect.objectContaining({ code: 'text_malformed' }))
  expect(sent.join('')).toBe('')
})

test('it waits until the socket takes more, or is gone', async () => {
  const { copy, stream } = open()
  const free = copy.drained()
  stream.emit('drain')
  expect(await free).toBeUndefined()
  const gone = copy.drained()
  stream.emit('close')
  await expect(gone).rejects.toMatchObject({ name: 'AbortError' })
  expect([stream.listenerCount('drain'), stream.listenerCount('close')]).toEqual([0, 0])
})
