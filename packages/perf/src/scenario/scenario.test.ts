import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { bytesOf, wireRequest } from '../load/request.ts'
import { loadPerfConfig } from './config.ts'
import { loadScenarios } from './load-scenarios.ts'
import { defineScenario } from './scenario.ts'

describe('a scenario', () => {
  test('has one request or a sequence', () => {
    expect(defineScenario({ request: '/' }).requests).toEqual(['/'])
    expect(defineScenario({ requests: ['/', { path: '/x', json: {} }] }).requests).toHaveLength(2)
  })

  test.each([
    ['nothing to ask', {}, /request must be given/],
    ['both', { request: '/', requests: ['/'] }, /and not both/],
    ['an empty sequence', { requests: [] }, /at least one request/],
    ['an invalid path', { request: 'users' }, /begin with a slash/],
    ['two bodies', { request: { path: '/', json: 1, form: { a: '1' } } }, /a request has one body/],
    ['an unknown budget', { request: '/', budget: { querys: 1 } }, /Did you mean/],
    ['an unknown measurement', { request: '/', measure: ['memory'] }, /measure/],
  ])('is refused with %s', (_, options, reason) => {
    expect(() => defineScenario(options as never)).toThrow(reason)
  })
})

test('a request goes out as it is described, with the cookies of earlier answers', () => {
  const text = (given: Parameters<typeof wireRequest>[0], cookies = {}) =>
    bytesOf(wireRequest(given), new Map(Object.entries(cookies))).toString()
  expect(text('/')).toBe('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n')
  expect(text({ path: '/a', json: { b: 1 }, headers: { host: 'x' } }, { s: '1', t: '2' })).toBe(
    'POST /a HTTP/1.1\r\nhost: x\r\nAccept: */*\r\nContent-Type: application/json\r\nContent-Length: 7\r\nCookie: s=1; t=2\r\n\r\n{"b":1}',
  )
  expect(text({ path: '/a', method: 'PUT', form: { q: 'ä b' } })).toMatch(/^PUT .*\r\n\r\nq=%C3%A4\+b$/s)
})

describe('files', () => {
  function folder(files: Record<string, string>): string {
    const root = mkdtempSync(join(tmpdir(), 'arlen-perf-'))
    onTestFinished(() => rmSync(root, { recursive: true }))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text)
    return root
  }
  const scenario = `export default { requests: ['/'] }`

  test('are scenarios by their names, all or some', async () => {
    const root = folder({ 'home.perf.mjs': scenario, 'cart.perf.mjs': scenario })
    const names = async (only?: string[]) => (await loadScenarios(root, '*.perf.mjs', only)).map(({ name }) => name)
    expect(await names()).toEqual(['cart', 'home'])
    expect(await names(['home'])).toEqual(['home'])
    await expect(names(['hom'])).rejects.toThrow(/no scenario hom; there are cart, home/)
  })

  test('that are missing, or export something else, are named', async () => {
    const root = folder({ 'x.perf.mjs': 'export const a = 1' })
    await expect(loadScenarios(root)).rejects.toMatchObject({ code: 'scenarios_missing' })
    await expect(loadScenarios(root, '*.perf.mjs')).rejects.toThrow(/x\.perf\.mjs: export default defineScenario/)
  })

  test('configuration is optional, and its names are checked', async () => {
    expect(await loadPerfConfig(folder({}))).toBeUndefined()
    const good = folder({ 'perf.config.js': `export default { baseline: 'v1' }`, 'package.json': '{"type":"module"}' })
    expect(await loadPerfConfig(good)).toMatchObject({ baseline: 'v1' })
    const bad = folder({ 'perf.config.js': `export default { basline: 'v1' }`, 'package.json': '{"type":"module"}' })
    await expect(loadPerfConfig(bad)).rejects.toThrow(/Did you mean baseline\?/)
  })
})
