import { expect, test } from 'vitest'
import { findSpecifier } from './find-import.ts'

test.each([
  [`import a from './x.ts'`, { line: 1, column: 15 }],
  [`import './x.ts'`, { line: 1, column: 8 }],
  [`export * from "./x.ts"`, { line: 1, column: 15 }],
  [`const a = await import('./x.ts')`, { line: 1, column: 24 }],
  [`const a = require( './x.ts' )`, { line: 1, column: 20 }],
  [`// import './x.ts'\n  /* import './x.ts' */\n * from './x.ts'\n} from './x.ts'`, { line: 4, column: 8 }],
  [`const text = './x.ts'`, undefined],
  [`import './y/x.ts'`, undefined],
  [`import './x-ts'`, undefined],
])('in %j', (source, place) => {
  expect(findSpecifier(source, './x.ts')).toEqual(place)
})
