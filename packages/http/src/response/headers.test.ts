import { describe, expect, test } from 'vitest'
import { HeaderList } from './headers.ts'

test('keeps fields in order and finds them without case', () => {
  const list = new HeaderList().set('B', '1').set('a', 2).append('b', '3')
  expect([...list]).toEqual([
    ['B', '1'],
    ['a', '2'],
    ['b', '3'],
  ])
  expect([list.get('b'), list.get('A'), list.get('c'), list.has('B'), list.getAll('B')]).toEqual([
    '1, 3',
    '2',
    undefined,
    true,
    ['1', '3'],
  ])
  expect([...list.set('b', 'x')]).toEqual([
    ['a', '2'],
    ['b', 'x'],
  ])
  expect([...list.delete('A')]).toEqual([['b', 'x']])
  expect(list.serialize()).toBe('b: x\r\n')
})

test('adds members to a list once', () => {
  const list = new HeaderList().add('Vary', 'Accept').add('vary', 'Origin').add('Vary', 'ACCEPT')
  expect(list.get('vary')).toBe('Accept, Origin')
  expect(new HeaderList().set('Vary', '*').add('Vary', 'Accept').get('vary')).toBe('*')
})

describe('no text can end a field or begin another', () => {
  test.each(['a\r\nB: c', 'a\nb', 'a\rb', 'a\0b', 'a\x7fb', 'ä', '\u{1f600}', 'a\u0085b', 'a\u2028b'])(
    'value %j',
    value => {
      expect(() => new HeaderList().set('A', value)).toThrow(expect.objectContaining({ code: 'header_value_invalid' }))
      expect(() => new HeaderList().append('A', value)).toThrow(
        expect.objectContaining({ code: 'header_value_invalid' }),
      )
    },
  )
  test.each(['', 'A B', 'A:', 'A\r\nB', 'ä', 'A(', '"A"'])('name %j', name => {
    expect(() => new HeaderList().set(name, 'a')).toThrow(expect.objectContaining({ code: 'header_name_invalid' }))
  })
  test.each(['Transfer-Encoding', 'keep-alive', 'Trailer', 'TE'])('field %s is the connection’s', name => {
    expect(() => new HeaderList().set(name, 'a')).toThrow(expect.objectContaining({ code: 'header_reserved' }))
  })
})
