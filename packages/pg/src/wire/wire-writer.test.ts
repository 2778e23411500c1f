import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import type { Encoded } from './encode.ts'
import { WireWriter } from './wire-writer.ts'

/** A writer, and what it has handed to its socket. */
function recorded() {
  const pieces: Buffer[] = []
  const socket = { writable: true, write: (piece: Buffer) => pieces.push(piece) > 0 }
  return { writer: new WireWriter(() => socket as unknown as Socket), socket, pieces }
}

// Messages as the manual of PostgreSQL has them (section 54.7), one part after the other.
const int16 = (value: number) => Buffer.from([(value >> 8) & 255, value & 255])
const int32 = (value: number) =>
  Buffer.from([(value >> 24) & 255, (value >> 16) & 255, (value >> 8) & 255, value & 255])
const text = (value: string) => Buffer.concat([Buffer.from(value), Buffer.from([0])])
const message = (type: string, ...parts: Uint8Array[]) => {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

function bind(portal: string, name: string, values: readonly Encoded[]): Buffer {
  const binary = values.some(value => Buffer.isBuffer(value))
  const formats = binary ? values.map(value => int16(Buffer.isBuffer(value) ? 1 : 0)) : []
  const encoded = values.flatMap(value =>
    value === null ? [int32(-1)] : [int32(Buffer.byteLength(value)), Buffer.from(value as string)],
  )
  const head = [text(portal), text(name), int16(formats.length), ...formats, int16(values.length)]
  return message('B', ...head, ...encoded, int16(0))
}

const SYNC = message('S')
const EXECUTE = message('E', text(''), int32(0))

const long = 'ü'.repeat(20_000)
const values: readonly Encoded[] = ['a', null, '', long, 'ü']
const binary: readonly Encoded[] = [Buffer.from([0, 255]), null, 'text', Buffer.alloc(40_000, 7)]

const CASES: readonly [string, (writer: WireWriter) => void, Buffer][] = [
  ['parse', w => w.parse('s1', 'select 1'), message('P', text('s1'), text('select 1'), int16(0))],
  ['a long parse', w => w.parse('', long), message('P', text(''), text(long), int16(0))],
  ['describe', w => w.describe('s1'), message('D', Buffer.from('S'), text('s1'))],
  ['close', w => w.close('s1'), message('C', Buffer.from('S'), text('s1'))],
  ['closePortal', w => w.closePortal('p1'), message('C', Buffer.from('P'), text('p1'))],
  ['execute', w => w.execute('p1', 70_000), message('E', text('p1'), int32(70_000))],
  ['query', w => w.query('commit'), message('Q', text('commit'))],
  ['a long query', w => w.query(long), message('Q', text(long))],
  ['copyData', w => w.copyData(Buffer.from('1\ta\n')), message('d', Buffer.from('1\ta\n'))],
  ['a lot of copyData', w => w.copyData(Buffer.alloc(50_000, 1)), message('d', Buffer.alloc(50_000, 1))],
  ['copyDone', w => w.copyDone(), message('c')],
  ['copyFail', w => w.copyFail('no'), message('f', text('no'))],
  ['sync', w => w.sync(), SYNC],
  ['bind', w => w.bind('p', 's', values), bind('p', 's', values)],
  ['bind of bytes', w => w.bind('p', 's', binary), bind('p', 's', binary)],
  ['bindExecuteSync', w => w.bindExecuteSync('s', ['1']), Buffer.concat([bind('', 's', ['1']), EXECUTE, SYNC])],
]

test.each(CASES)('%s is written as the protocol has it, wherever it begins in the buffer', (_, write, expected) => {
  for (let room = 0; room <= 40; room++) {
    const { writer, pieces } = recorded()
    // What is before it leaves so many bytes of the first buffer.
    const before = Buffer.alloc(32_768 - 5 - room, 2)
    writer.copyData(before)
    write(writer)
    write(writer)
    writer.flush()
    const written = Buffer.concat(pieces).subarray(5 + before.length)
    expect(written.equals(Buffer.concat([expected, expected]))).toBe(true)
  }
})

test('a buffer that was given to the socket is not written to again', () => {
  const { writer, pieces } = recorded()
  const copies: Buffer[] = []
  for (let i = 0; i < 40; i++) {
    writer.copyData(Buffer.alloc(3000, i))
    writer.flush()
    copies.push(Buffer.from(pieces.at(-1)!))
  }
  expect(pieces).toHaveLength(40)
  expect(Buffer.concat(pieces).equals(Buffer.concat(copies))).toBe(true)
})

test('writes of one event loop turn leave in one piece, unless nothing else is in progress', async () => {
  const { writer, pieces } = recorded()
  writer.sync()
  writer.finish(true)
  expect(pieces).toHaveLength(1)
  for (let i = 0; i < 3; i++) {
    writer.sync()
    writer.finish(i > 0)
  }
  expect(pieces).toHaveLength(1)
  await new Promise(resolve => setImmediate(resolve))
  expect(pieces.map(piece => piece.length)).toEqual([5, 15])
  writer.sync()
  writer.finish(true)
  expect(pieces).toHaveLength(3)
  writer.flush()
  expect(pieces).toHaveLength(3)
})

test('data that a socket no longer accepts is dropped', () => {
  const { writer, socket, pieces } = recorded()
  socket.writable = false
  writer.sync()
  writer.flush()
  socket.writable = true
  writer.query('x')
  writer.flush()
  expect(Buffer.concat(pieces).equals(message('Q', text('x')))).toBe(true)
})
