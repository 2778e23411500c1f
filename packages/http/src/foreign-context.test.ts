import type { Logger } from '@arlen/core'
import { expect, test } from 'vitest'
import { ForeignContext, type ForeignHeaders, type ForeignRequest } from './foreign-context.ts'
import { HeaderBlock } from './response/header-block.ts'

function contextOf(request: Partial<ForeignRequest> = {}) {
  const fields = new Map<string, string>()
  let isSent = false
  const headers: ForeignHeaders = {
    get: name => fields.get(name.toLowerCase()),
    set: (name, value) => void fields.set(name.toLowerCase(), value),
    append: (name, value) => void fields.set(name.toLowerCase(), `${fields.get(name.toLowerCase()) ?? ''}+${value}`),
    remove: name => void fields.delete(name.toLowerCase()),
    sent: () => isSent,
  }
  const Made = ForeignContext as unknown as new (...given: unknown[]) => InstanceType<typeof ForeignContext>
  const c = new Made({ headers: {}, protocol: 'http', ...request }, headers, {} as Logger)
  return { c, fields, send: () => (isSent = true) }
}

test('a request of another framework reads like one of ours', () => {
  const headers = { accept: 'text/html', 'x-list': ['a', 'b'] }
  const { c } = contextOf({ method: 'POST', headers, protocol: 'https', host: 'a.example', ip: '192.0.2.1' })
  const { method, protocol, host, ip } = c.req
  expect([method, protocol, host, ip]).toEqual(['POST', 'https', 'a.example', '192.0.2.1'])
  expect(['Accept', 'X-List', 'none'].map(name => c.req.header(name))).toEqual(['text/html', 'a, b', undefined])
})

test('values unknown to the other framework have defaults', () => {
  const { method, protocol, host, ip } = contextOf({ protocol: 'wss' }).c.req
  expect([method, protocol, host, ip]).toEqual(['GET', 'http', '', ''])
})

test('header fields go to the response of the other framework', () => {
  const { c, fields, send } = contextOf()
  const { headers } = c.res
  headers.set('A', '1').append('A', '2')
  headers.set('B', '1')
  headers.delete('B')
  expect([headers.get('a'), headers.has('a'), headers.get('b'), headers.has('b')]).toEqual([
    '1+2',
    true,
    undefined,
    false,
  ])
  expect([...fields]).toEqual([['a', '1+2']])
  expect(c._responded).toBe(false)
  send()
  expect(c._responded).toBe(true)
})

test('base headers are set where there are none, and the first block is kept', () => {
  const { c, fields } = contextOf()
  fields.set('x-own', 'own')
  const block = new HeaderBlock([
    ['X-Own', 'base'],
    ['X-Base', 'base'],
  ])
  c.baseHeaders(block)
  c.baseHeaders(new HeaderBlock([['X-Late', 'late']]))
  expect(c.baseBlock).toBe(block)
  expect(Object.fromEntries(fields)).toEqual({ 'x-own': 'own', 'x-base': 'base', 'x-late': 'late' })
})
