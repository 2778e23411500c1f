import { describe, expect, test } from 'vitest'
import { type Answer, demandSameResponse } from './measure.ts'
import { scenarios } from './scenarios.ts'
import { requestOf } from './sessions.ts'

function answer(body: string, fields: Record<string, string> = { 'content-type': 'text/plain' }): Answer {
  const headers = { ...fields, 'content-length': String(body.length) }
  return { status: 200, headers: Object.entries(headers), body: Buffer.from(body) }
}

describe('servers are compared only if they answer alike:', () => {
  const scenario = scenarios[0]!
  const reference = answer('body')

  test('date, connection and the charset are their own', () => {
    const fields = {
      'content-type': 'text/plain; charset=utf-8',
      date: 'Mon, 01 Jan 2024 00:00:00 GMT',
      connection: 'keep-alive',
      'keep-alive': 'timeout=5',
    }
    expect(() => demandSameResponse(scenario, 'x', answer('body', fields), reference)).not.toThrow()
  })

  test.each([
    ['another body', answer('ydob'), /x answers with body ydob, node-http with body/],
    ['another type', answer('body', { 'content-type': 'text/html' }), /content-type text\/html/],
    ['a field more', answer('body', { 'content-type': 'text/plain', etag: '"1"' }), /header fields .*etag/],
    ['a field less', answer('body', {}), /content-type undefined/],
  ])('%s is refused', (_, other, reason) => {
    expect(() => demandSameResponse(scenario, 'x', other, reference)).toThrow(reason)
  })
})

test('a scenario says the status of each server that does not answer with 200', () => {
  const scenario = scenarios.find(({ name }) => name === 'problems')!
  expect(scenario.servers.map(server => requestOf(scenario, server).status)).toEqual([200, 422, 404])
})
