import { beforeEach, expect, test } from 'vitest'
import { JOIN_UP_TO, join, Output, type Transport } from './output.ts'

/** The part of a transport that is written to: it notes what it is told, and says whether it has room. */
class Recorder {
  calls: [name: string, ...rest: unknown[]][] = []
  sent = Buffer.alloc(0)
  room = true

  write(text: string, encoding: 'latin1' | 'utf8'): boolean {
    return this.#took('write', Buffer.from(text, encoding), encoding)
  }
  writeBytes(bytes: Uint8Array): boolean {
    return this.#took('writeBytes', bytes)
  }
  writeJoined(text: string, encoding: 'latin1' | 'utf8', bytes: Uint8Array): boolean {
    return this.#took('writeJoined', join(text, encoding, bytes), encoding)
  }
  cork(): void {
    this.calls.push(['cork'])
  }
  uncork(): void {
    this.calls.push(['uncork'])
  }

  #took(name: string, bytes: Uint8Array, ...rest: unknown[]): boolean {
    this.calls.push([name, ...rest])
    this.sent = Buffer.concat([this.sent, bytes])
    return this.room
  }
}

let transport: Recorder
let output: Output
beforeEach(() => {
  transport = new Recorder()
  output = new Output(transport as unknown as Transport)
})

test('texts of one go leave in one write, which is encoded only where a character is not of US-ASCII', () => {
  output.add('head ', true)
  output.add('body', true)
  expect(transport.calls).toEqual([])
  output.flush()
  output.flush()
  expect(transport.calls).toEqual([['write', 'latin1']])
  output.add('head ', true)
  output.add('ü', false)
  output.add('!', true)
  output.flush()
  output.add('plain', true)
  output.flush()
  expect(transport.calls.slice(1)).toEqual([
    ['write', 'utf8'],
    ['write', 'latin1'],
  ])
  expect(transport.sent.toString()).toBe('head bodyhead ü!plain')
})

test('a body of bytes leaves with the text before it, unless it is large', () => {
  output.add('head', true)
  output.addBytes(Buffer.alloc(JOIN_UP_TO, 'x'))
  expect(transport.calls).toEqual([['writeJoined', 'latin1']])
  output.add('ü', false)
  output.addBytes(Buffer.from('y'))
  output.add('z', true)
  output.addBytes(Buffer.from('!'))
  expect(transport.calls.slice(1)).toEqual([
    ['writeJoined', 'utf8'],
    ['writeJoined', 'latin1'],
  ])
  output.add('head', true)
  output.addBytes(Buffer.alloc(JOIN_UP_TO + 1, 'x'))
  expect(transport.calls.slice(3)).toEqual([['write', 'latin1'], ['writeBytes']])
  output.addBytes(Buffer.from('alone'))
  output.addBytes(Buffer.alloc(0))
  expect(transport.calls.slice(5)).toEqual([['writeBytes']])
  const x = (count: number) => 'x'.repeat(count)
  expect(transport.sent.toString()).toBe(`head${x(JOIN_UP_TO)}üyz!head${x(JOIN_UP_TO + 1)}alone`)
})

test('a chunk leaves in one piece with its framing', () => {
  output.add('head\r\n', true)
  output.addChunk(Buffer.alloc(26, 'a'))
  expect(transport.calls).toEqual([['cork'], ['writeJoined', 'latin1'], ['write', 'latin1'], ['uncork']])
  expect(transport.sent.toString()).toBe(`head\r\n1a\r\n${'a'.repeat(26)}\r\n`)
})

test('text does not pile up beyond 64 KiB', () => {
  output.add('x'.repeat(65_536), true)
  expect(transport.calls).toEqual([])
  output.add('x', true)
  expect(transport.calls).toEqual([['write', 'latin1']])
  output.flush()
  expect(transport.sent).toHaveLength(65_537)
})

test.each<[string, () => void]>([
  ['text', () => output.add('x'.repeat(70_000), true)],
  ['bytes', () => output.addBytes(Buffer.from('x'))],
  [
    'both',
    () => {
      output.add('x', true)
      output.addBytes(Buffer.from('x'))
    },
  ],
])('it is known that the peer does not keep up with %s, until it does', (_, write) => {
  write()
  expect(output.blocked).toBe(false)
  transport.room = false
  write()
  expect(output.blocked).toBe(true)
  transport.room = true
  write()
  expect(output.blocked).toBe(true)
  output.unblock()
  expect(output.blocked).toBe(false)
})
