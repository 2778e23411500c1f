import { expect, test } from 'vitest'
import { importLocation } from './import-location.ts'

const SOURCES: Record<string, string> = {
  '/app/a.ts': `// import './nope.ts'\nimport type { A } from './types.ts'\nimport { nope } from './nope.ts'\nimport 'left-pad/sub'\n`,
  '/app/templates/home.html.ets': `<%! import { price } from './price.ts' %>\n`,
}
const read = (file: string) => SOURCES[file]

test.each([
  ["Cannot find module '/app/nope.ts' imported from /app/a.ts", { file: '/app/a.ts', line: 3, column: 22 }],
  ["Cannot find module '/app/nope.ts' imported from file:///app/a.ts", { file: '/app/a.ts', line: 3, column: 22 }],
  ["Cannot find package 'left-pad' imported from /app/a.ts", { file: '/app/a.ts', line: 4, column: 8 }],
  [
    "Cannot find module '/app/templates/price.ts' imported from /app/templates/home.html.ets.3",
    { file: '/app/templates/home.html.ets', line: 1, column: 27 },
  ],
  ["Cannot find module '/app/other.ts' imported from /app/a.ts", undefined],
  ["Cannot find module '/app/nope.ts' imported from /app/gone.ts", undefined],
  ['imported from nowhere', undefined],
])('%s', (message, place) => {
  expect(importLocation(message, read)).toEqual(place)
})
