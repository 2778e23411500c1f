import { expect, test } from 'vitest'
import { inheritedExecArgv } from './exec-argv.ts'

test.each([
  [['--conditions=@arlen/source'], ['--conditions=@arlen/source']],
  [
    ['--max-old-space-size=512', '--enable-source-maps'],
    ['--max-old-space-size=512', '--enable-source-maps'],
  ],
  [
    ['-r', './hook.cjs', '--import=./hook.mjs'],
    ['-r', './hook.cjs', '--import=./hook.mjs'],
  ],
  [['--inspect=0', '--inspect-brk', '--watch', '--watch-path', 'src', '--test'], []],
  [['--input-type=module', '-e', 'run()', '--conditions=x'], ['--conditions=x']],
])('hands %j to the workers as %j', (given, kept) => {
  expect(inheritedExecArgv(given)).toEqual(kept)
})
