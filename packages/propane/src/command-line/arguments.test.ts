import { expect, test } from 'vitest'
import { parseArguments } from './arguments.ts'

test('reads words, values in both forms, switches and the configuration file', () => {
  const argv = [
    'start',
    'app.js',
    '--workers',
    '4',
    '--drain-timeout=5s',
    '--worker-header',
    '--json',
    '--config',
    'p.json',
    '--',
    '--verbose',
    'x',
  ]
  expect(parseArguments(argv)).toEqual({
    positional: ['start', 'app.js'],
    accessories: { workers: '4', drainTimeoutMs: '5s', workerHeader: 'true' },
    applicationArgs: ['--verbose', 'x'],
    switches: new Set(['json']),
    config: 'p.json',
    problems: [],
  })
})

test.each([
  [['--nonsense'], 'there is no option --nonsense'],
  [['--drain-timout', '5'], 'there is no option --drain-timout; did you mean --drain-timeout?'],
  [['--json=yes'], '--json takes no value'],
  [['--port'], '--port needs a value'],
  [['--config'], '--config needs a value'],
  [['--port', '--json'], '--port needs a value'],
  [['-x'], 'there is no option -x'],
  [['--__proto__'], 'there is no option --__proto__'],
])('%j: %s', (argv, problem) => {
  expect(parseArguments(argv).problems[0]).toBe(problem)
})
