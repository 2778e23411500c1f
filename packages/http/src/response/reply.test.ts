import { describe, expect, test } from 'vitest'
import { bytesOf, checkStatus, isBytes, Reply } from './reply.ts'

describe('the status of an answer', () => {
  test.each([200, 299, 404, 599])('may be %d', status => {
    expect(checkStatus(status)).toBe(status)
    expect(new Reply('x', 'text/plain', status).status).toBe(status)
    expect(new Reply('x', 'text/plain', { status }).status).toBe(status)
  })

  test.each([0, 100, 199, 600, 200.5, Number.NaN])('is never %d', status => {
    const refused = expect.objectContaining({ code: 'status_invalid' })
    expect(() => checkStatus(status)).toThrow(refused)
    expect(() => new Reply('x', 'text/plain', status)).toThrow(refused)
    expect(() => new Reply('x', 'text/plain', { status })).toThrow(refused)
  })
})

test('every kind of buffer is bytes, and no text or list of numbers is', () => {
  const bytes = Uint8Array.from([1, 2, 3, 4])
  for (const each of [
    bytes,
    bytes.buffer,
    Buffer.from(bytes),
    new DataView(bytes.buffer),
    new Uint16Array(bytes.buffer),
  ]) {
    expect(isBytes(each)).toBe(true)
    expect([...bytesOf(each)]).toEqual([1, 2, 3, 4])
  }
  expect([...bytesOf(new DataView(bytes.buffer, 1, 2))]).toEqual([2, 3])
  for (const each of ['x', [1], null, undefined, {}, new Blob(['x'])]) expect(isBytes(each)).toBe(false)
})
