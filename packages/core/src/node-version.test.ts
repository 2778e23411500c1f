import { expect, test } from 'vitest'
import { evaluateNode, NODE_LINES, requireNode } from './node-version.ts'

test.each(['0.12.0', '12.22.12', '20.20.2', '21.7.3', '22.21.9', '23.11.1', '24.0.0', '24.12.9'])(
  '%s is refused',
  version => {
    expect(evaluateNode(version)).toMatchObject({ severity: 'refused', problem: expect.stringContaining(version) })
  },
)

test.each([
  ['22.22.0', '22.23.4'],
  ['22.23.3', '22.23.4'],
  ['24.13.0', '24.22.1'],
  ['24.20.10', '24.22.1'],
  ['26.0.0', '26.12.1'],
  ['26.12.1-rc.1', undefined],
  ['26.12.0-nightly20261001', '26.12.1'],
])('%s runs, and is vulnerable before %s', (version, patched) => {
  const found = evaluateNode(version)
  expect(found?.severity).toBe(patched && 'vulnerable')
  if (patched !== undefined) expect(found?.problem).toContain(`Install ${patched} or later`)
})

test('25 has reached its end', () => {
  expect(evaluateNode('25.9.0')).toMatchObject({ severity: 'vulnerable', problem: expect.stringContaining('its end') })
})

test.each(['22.23.4', '22.99.0', '24.22.1', '26.12.1', '26.13.0', '27.0.0', '28.1.0'])('%s is fine', version => {
  expect(evaluateNode(version)).toBeUndefined()
})

test('no line is patched before it is supported', () => {
  for (const [major, { minimum, patched }] of Object.entries(NODE_LINES)) {
    expect([minimum.split('.')[0], patched.split('.')[0]]).toEqual([major, major])
  }
})

function start(node: string, env: Record<string, string>, environment = 'development', argv: string[] = []) {
  const written: string[] = []
  const printed: string[] = []
  const codes: number[] = []
  requireNode('propane', environment, {
    versions: { node },
    env,
    argv,
    stdout: { write: text => printed.push(text) },
    stderr: { write: text => written.push(text) },
    exit: code => codes.push(code),
  })
  return { written, codes, ...(printed.length > 0 && { printed }) }
}

test('a refused version ends the program with one line, in every environment', () => {
  for (const env of [{}, { NODE_ENV: 'production' }, { ARLEN_ENV: 'test' }]) {
    const { written, codes } = start('20.20.2', env)
    expect(codes).toEqual([1])
    expect(written).toEqual([expect.stringMatching(/^propane: Node\.js 20\.20\.2 lacks [^\n]+\n$/)])
  }
})

test('with --json, the refusal is a document on standard output', () => {
  const { written, codes, printed = [] } = start('20.20.2', {}, 'development', ['node', 'arlen', 'routes', '--json'])
  expect([written, codes]).toEqual([[], [1]])
  expect(JSON.parse(printed.join(''))).toEqual({
    error: { code: 'node_unfit', message: expect.stringMatching(/^Node\.js 20\.20\.2 lacks/) },
  })
})

test('a vulnerable one is warned of in production alone', () => {
  const warned = { written: [expect.stringMatching(/^propane: Node\.js 24\.14\.0 has known [^\n]+\n$/)], codes: [] }
  expect(start('24.14.0', { NODE_ENV: 'production' })).toEqual(warned)
  expect(start('24.14.0', { ARLEN_ENV: 'staging' })).toEqual(warned)
  expect(start('24.14.0', {}, 'production')).toEqual(warned)
  const silent = { written: [], codes: [] }
  expect(start('24.14.0', {})).toEqual(silent)
  expect(start('24.14.0', { NODE_ENV: 'test' }, 'production')).toEqual(silent)
  expect(start('26.12.1', { NODE_ENV: 'production' })).toEqual(silent)
})
