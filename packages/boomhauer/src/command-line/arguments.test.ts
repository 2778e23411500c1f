import { expect, test } from 'vitest'
import { parseArguments } from './arguments.ts'

test('without arguments it serves what it finds', () => {
  expect(parseArguments([])).toEqual({ mode: 'serve', options: { watch: true } })
})

test('takes every option', () => {
  const argv =
    'lib/app.ts --port 0 --host ::1 --allow-host a.test --allow-host .b.test --env staging --root /app --no-watch --ignore x/** --typecheck off --editor zed --node-arg=--inspect'
  expect(parseArguments(argv.split(' '))).toEqual({
    mode: 'serve',
    options: {
      entry: 'lib/app.ts',
      port: 0,
      host: '::1',
      allowedHosts: ['a.test', '.b.test'],
      env: 'staging',
      root: '/app',
      watch: false,
      ignore: ['x/**'],
      typecheck: 'off',
      editor: 'zed',
      nodeArgs: ['--inspect'],
    },
  })
})

test.each([
  [['--poll'], true, undefined],
  [['--poll', '500'], 500, undefined],
  [['--poll=250'], 250, undefined],
  [['--poll', 'app.ts'], true, 'app.ts'],
  [['app.ts', '--poll'], true, 'app.ts'],
])('%j polls every %s', (argv, poll, entry) => {
  const { options } = parseArguments(argv)
  expect([options.poll, options.entry]).toEqual([poll, entry])
})

test.each(['once', 'prepare-only', 'print-routes'])('--%s watches nothing', mode => {
  expect(parseArguments([`--${mode}`])).toMatchObject({ mode, options: { watch: false } })
})

test.each([
  [['--port', 'many'], /--port must be a number, not many/],
  [['--port', '99999'], /--port must be a whole number from 0 to 65535, not 99999/],
  [['--port', '-1'], /--port must be a whole number from 0 to 65535|--port needs a value/],
  [['--port', '1.5'], /--port must be a whole number from 0 to 65535, not 1\.5/],
  [['--port', ''], /--port must be a number/],
  [['--port'], /--port needs a value/],
  [['--port', '--once'], /--port needs a value/],
  [['--poll=soon'], /--poll must be a number/],
  [['--nope'], /no option --nope\./],
  [['--typechek', 'off'], /no option --typechek; did you mean --typecheck\?/],
  [['--once=yes'], /--once takes no value/],
  [['app.ts', 'other.ts'], /one module, not 2: app\.ts, other\.ts/],
])('refuses %j', (argv, message) => {
  const refusal = { code: 'arguments_invalid', message: expect.stringMatching(message) }
  expect(() => parseArguments(argv)).toThrow(expect.objectContaining(refusal))
})
