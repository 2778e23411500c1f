import { expect, test } from 'vitest'
import { shows, stepsOf } from './steps.ts'

const PAGE = `# A

\`\`\`sh run
npm create arlen@latest a -- --lite   # with npm
cd a
\`\`\`

\`\`\`ts file=src/b.ts
export {}
\`\`\`

\`\`\`sh serve
npx arlen dev
\`\`\`

\`\`\`sh run
curl -s localhost:3000/
\`\`\`

\`\`\`text output
{"a":…}
\`\`\`

\`\`\`ts
ignored()
\`\`\`
`

test('a page is a list of steps, each with its line', () => {
  expect(stepsOf(PAGE)).toEqual([
    { kind: 'run', line: 4, commands: ['npm create arlen@latest a -- --lite', 'cd a'] },
    { kind: 'write', line: 9, file: 'src/b.ts', text: 'export {}\n' },
    { kind: 'serve', line: 13, command: 'npx arlen dev' },
    { kind: 'run', line: 17, commands: ['curl -s localhost:3000/'], expected: '{"a":…}\n' },
  ])
  expect(() => stepsOf('```text output\nx\n```\n')).toThrow('line 2 follows no run')
})

test('an output is compared word by word, with gaps where the page has them', () => {
  expect(shows('noise\n{"a":7}\n', '{"a":…}\n')).toBe(true)
  expect(shows('{"b":7}\n', '{"a":…}\n')).toBe(false)
  expect(shows('HTTP/1.1 200 OK\r\nx: y\r\n', 'HTTP/1.1 200 OK\nx: y')).toBe(true)
  expect(shows('a+b', 'a.b')).toBe(false)
})
