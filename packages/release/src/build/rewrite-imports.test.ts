import { expect, test } from 'vitest'
import { releasedName, rewriteImports } from './rewrite-imports.ts'

test.each([
  [`import { a } from './a.ts'`, `import { a } from './a.js'`],
  [`import '../b/c.mts'`, `import '../b/c.mjs'`],
  [`export * from "./d.ts"`, `export * from "./d.js"`],
  [`await import('./e.ts')`, `await import('./e.js')`],
  [`import config from '#config.ts'`, `import config from '#config.js'`],
  [`new Worker(new URL('./work.ts', import.meta.url))`, `new Worker(new URL('./work.js', import.meta.url))`],
  [`import.meta.resolve("./f.ts")`, `import.meta.resolve("./f.js")`],
  [`import '\\u{1F600}'; import './é/😀.ts'`, `import '\\u{1F600}'; import './é/😀.js'`],
])('%s becomes %s, of the same length', async (code, expected) => {
  const result = await rewriteImports(code)
  expect(result.code).toBe(expected)
  expect(result.code).toHaveLength(code.length)
})

test.each([
  `import { a } from 'package/a.ts'`,
  `import { a } from './a.js'`,
  `const text = "import './a.ts'"`,
  `// import './a.ts'`,
  'await import(`./pages/$' + '{name}.ts`)',
  `import data from './a.ts.json' with { type: 'json' }`,
])('%s stays', async code => {
  expect((await rewriteImports(code)).code).toBe(code)
})

test('gives the files that a module imports, where their names are written out', async () => {
  const { imports } = await rewriteImports(`import './a.ts'\nimport 'pkg'\nawait import('./b.js')\nawait import(name)`)
  expect(imports.map(({ specifier }) => specifier)).toEqual(['./a.js', './b.js'])
})

test.each([
  ['src/a.ts', 'src/a.js'],
  ['a.mts', 'a.mjs'],
  ['a.sql', 'a.sql'],
  ['a.ts.md', 'a.ts.md'],
])('%s is %s in a release', (path, expected) => {
  expect(releasedName(path)).toBe(expected)
})
