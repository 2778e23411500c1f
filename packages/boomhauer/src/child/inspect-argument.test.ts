import { expect, test } from 'vitest'
import { splitInspect } from './inspect-argument.ts'

test.each([
  ['--inspect', { wait: false }],
  ['--inspect=9230', { wait: false, port: 9230 }],
  ['--inspect=0.0.0.0:9230', { wait: false, host: '0.0.0.0', port: 9230 }],
  ['--inspect-brk', { wait: true }],
])('%s is for the application alone', (arg, inspect) => {
  expect(splitInspect(['--trace-gc', arg])).toEqual({ nodeArgs: ['--trace-gc'], inspect })
})

test('other arguments are left to Node.js', () => {
  expect(splitInspect(['--inspect-port=1', '--max-old-space-size=64'])).toEqual({
    nodeArgs: ['--inspect-port=1', '--max-old-space-size=64'],
  })
})
