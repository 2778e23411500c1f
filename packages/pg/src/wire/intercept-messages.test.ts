import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { DATA_ROW, interceptMessages, MessageSplitter } from './intercept-messages.ts'

const message = (code: string, body: string): Buffer => {
  const bytes = Buffer.from(`${code}....${body}`)
  bytes.writeUInt32BE(body.length + 4, 1)
  return bytes
}

const MESSAGES = ['T:ab', 'D:one', 'D:', 'd:copy', 'Z:I', 'D:longer row', 'd:', 'C:SELECT 3', 'N:', 'D:last']
const STREAM = Buffer.concat(MESSAGES.map(each => message(each[0]!, each.slice(2))))

/** What arrives where, with a reader for what is passed on that puts messages together as pg's parser does. */
function reader(takes: (code: number) => boolean = () => true) {
  const seen: string[] = []
  let passed = Buffer.alloc(0)
  const pass = (chunk: Buffer) => {
    if (chunk.length === 0) throw new Error('nothing was passed on')
    passed = Buffer.concat([passed, chunk])
    while (passed.length >= 5 && passed.length > passed.readUInt32BE(1)) {
      const end = 1 + passed.readUInt32BE(1)
      seen.push(`${String.fromCharCode(passed[0]!)}:${passed.subarray(5, end)}`)
      passed = passed.subarray(end)
    }
  }
  let taken = 0
  const splitter = new MessageSplitter(pass, (code, bytes, from, to) => {
    if (!takes(code)) return false
    taken++
    seen.push(`${String.fromCharCode(code)}:${bytes.subarray(from, to)}`)
    return true
  })
  return { splitter, seen, taken: () => taken }
}

test('messages with data are taken, all others passed on, in their order', () => {
  const { splitter, seen, taken } = reader()
  splitter.read(STREAM)
  expect(seen).toEqual(MESSAGES)
  expect(taken()).toBe(6)
})

/** How many messages with data are whole within one of the chunks between these places. */
function wholeIn(cuts: readonly number[]): number {
  let at = 0
  let whole = 0
  for (const each of MESSAGES) {
    const end = at + message(each[0]!, each.slice(2)).length
    const isCut = cuts.some(cut => cut > at && cut < end)
    if ('Dd'.includes(each[0]!) && !isCut) whole++
    at = end
  }
  return whole
}

test('however the bytes are split, and every one is taken that is whole in a chunk', () => {
  for (let a = 0; a <= STREAM.length; a++) {
    for (let b = a; b <= STREAM.length; b++) {
      const { splitter, seen, taken } = reader()
      for (const chunk of [STREAM.subarray(0, a), STREAM.subarray(a, b), STREAM.subarray(b)]) {
        if (chunk.length > 0) splitter.read(chunk)
      }
      const got = `${a} ${b}: ${seen.join('|')}, ${taken()} taken`
      if (got !== `${a} ${b}: ${MESSAGES.join('|')}, ${wholeIn([a, b])} taken`) expect.fail(got)
    }
  }
  const { splitter, seen, taken } = reader()
  for (const byte of STREAM) splitter.read(Buffer.from([byte]))
  expect(seen).toEqual(MESSAGES)
  expect(taken()).toBe(0)
})

test('messages that are not wanted are passed on', () => {
  const { splitter, seen, taken } = reader(code => code === DATA_ROW)
  splitter.read(STREAM)
  expect(seen).toEqual(MESSAGES)
  expect(taken()).toBe(4)
})

test.each([250, 300, 70_000, 17_000_000])('a message of %d bytes, and what follows it', length => {
  const long = message('D', 'x'.repeat(length))
  for (const cut of [0, 3, 5, 9, length]) {
    const { splitter, seen, taken } = reader()
    const stream = Buffer.concat([long, message('D', 'next')])
    for (const chunk of [stream.subarray(0, cut), stream.subarray(cut)]) if (chunk.length > 0) splitter.read(chunk)
    expect(seen.map(each => each.length)).toEqual([length + 2, 6])
    expect(taken()).toBe(cut === 0 ? 2 : 1)
  }
})

test('a message longer than any is not looked into', () => {
  let taken = 0
  const splitter = new MessageSplitter(
    () => undefined,
    () => Boolean(++taken),
  )
  splitter.read(Buffer.from([DATA_ROW, 0x80, 0, 0, 0, 1, 2]))
  splitter.read(message('D', 'inside'))
  expect(taken).toBe(0)
})

test('a length that cannot be is left to pg', () => {
  const passed: Buffer[] = []
  const splitter = new MessageSplitter(
    chunk => passed.push(chunk),
    () => true,
  )
  const bytes = Buffer.from([DATA_ROW, 0, 0, 0, 3, 1, 2])
  splitter.read(bytes)
  expect(Buffer.concat(passed)).toEqual(bytes)
})

test('pg keeps listening to all but the data of its socket', () => {
  const socket = new EventEmitter()
  const heard: string[] = []
  const connection = {
    attachListeners(stream: { on(event: string, listener: (chunk: Buffer) => void): unknown }) {
      stream.on('data', chunk => heard.push(`data ${chunk}`))
      stream.on('end', () => heard.push('end'))
    },
  }
  interceptMessages(connection, () => true)
  connection.attachListeners(socket)
  socket.emit('data', Buffer.concat([message('D', 'x'), Buffer.from('Z')]))
  socket.emit('end')
  expect(heard).toEqual(['data Z', 'end'])
})
