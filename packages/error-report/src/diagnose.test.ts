import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ArlenError } from '@arlen/core'
import { afterAll, expect, test } from 'vitest'
import { diagnose } from './diagnose.ts'
import { createRedact } from './redact.ts'

const SOURCES: Record<string, string> = {
  '/app/src/a.ts': 'line one\nconst x = broken()\nline three',
  '/app/src/cause.ts': 'cause one\ncause two',
  '/app/node_modules/dep/index.js': 'dep one\ndep two',
}
const options = { root: '/app', readSource: (file: string) => SOURCES[file], redact: createRedact({}) }

function thrown(message: string, frames: readonly string[], init?: ErrorOptions): Error {
  const error = new Error(message, init)
  error.stack = `Error: ${message}\n${frames.map(frame => `    at ${frame}`).join('\n')}`
  return error
}

test('shows the innermost call of the application, below those of dependencies and Node', () => {
  const [found] = diagnose(
    thrown('no', ['dep (/app/node_modules/dep/index.js:2:1)', 'emit (node:events:1:1)', 'load (/app/src/a.ts:2:11)']),
    options,
  )
  expect(found).toMatchObject({
    stage: 'runtime',
    severity: 'error',
    message: 'no',
    file: 'src/a.ts',
    line: 2,
    column: 11,
  })
  expect(found?.snippet).toContain('> 2 | const x = broken()\n    |           ^')
  expect(found?.frames?.map(frame => frame.origin)).toEqual(['dependency', 'node', 'own'])
  expect(found?.frames?.[0]?.snippet).toBeUndefined()
})

test('falls back to the place in the cause, and names none in a package of others', () => {
  const inDependency = ['dep (/app/node_modules/dep/index.js:2:1)']
  const cause = thrown('why', ['f (/app/src/cause.ts:2:1)'])
  expect(diagnose(thrown('no', inDependency, { cause }), options)[0]).toMatchObject({
    file: 'src/cause.ts',
    line: 2,
    causes: [{ message: 'why', file: 'src/cause.ts' }],
  })
  expect(diagnose(thrown('no', inDependency), options)[0]?.file).toBeUndefined()
})

test('an error of syntax in the causes is nearer than any call', () => {
  const cause = new SyntaxError('Unexpected end')
  cause.stack = 'file:///app/src/cause.ts:1\ncause one\n   ^\n\nSyntaxError: Unexpected end\n    at parse (node:x:1:1)'
  expect(diagnose(thrown('cannot load', ['f (/app/src/a.ts:2:11)'], { cause }), options)[0]).toMatchObject({
    file: 'src/cause.ts',
    line: 1,
    column: 4,
  })
})

test('files outside the folder are not its own', () => {
  const [found] = diagnose(thrown('no', ['f (/application/a.ts:1:1)']), options)
  expect(found?.frames?.[0]).toMatchObject({ origin: 'dependency', file: '/application/a.ts' })
})

test('the errors of an AggregateError are its causes, and replace an empty message', () => {
  const error = new AggregateError([thrown('connect ECONNREFUSED 127.0.0.1:1', []), thrown('other', [])], '')
  expect(diagnose(error, options)[0]).toMatchObject({
    message: 'connect ECONNREFUSED 127.0.0.1:1',
    causes: [{ message: 'connect ECONNREFUSED 127.0.0.1:1' }, { message: 'other' }],
  })
})

test('a chain of causes that bites its tail ends', () => {
  const a = thrown('a', [])
  const b = thrown('b', [], { cause: a })
  a.cause = b
  expect(diagnose(a, options)[0]).toMatchObject({ message: 'a', causes: [{ message: 'b' }] })
})

test('diagnostics that an error brings speak for it, and get their source', () => {
  const error = Object.assign(new Error('2 templates'), {
    diagnostics: [{ stage: 'template', severity: 'error', message: 'unclosed tag', file: '/app/src/a.ts', line: 3 }],
  })
  expect(diagnose(error, options)).toEqual([
    {
      stage: 'template',
      severity: 'error',
      message: 'unclosed tag',
      file: 'src/a.ts',
      line: 3,
      snippet: '  1 | line one\n  2 | const x = broken()\n> 3 | line three',
    },
  ])
})

test.each([
  ['a string', '"a string" was thrown'],
  [undefined, 'undefined was thrown'],
  [42, '42 was thrown'],
  [{ message: 'looks like one' }, 'looks like one'],
  [{}, '{} was thrown, which is not an Error and has no stack trace'],
])('%j thrown is reported too', (value, message) => {
  expect(diagnose(value, options)[0]?.message).toContain(message)
})

test('an error whose properties throw is reported too', () => {
  const hostile = new Error('fine')
  for (const key of ['stack', 'message', 'name', 'cause', 'diagnostics']) {
    Object.defineProperty(hostile, key, {
      get() {
        throw new Error('hostile')
      },
    })
  }
  expect(diagnose(hostile, options)[0]?.message).toBe('Unknown error')
})

test('says what usually helps', () => {
  const error = Object.assign(thrown('connect ECONNREFUSED 127.0.0.1:5432', []), { code: 'ECONNREFUSED' })
  expect(diagnose(error, options)[0]?.hint).toContain('Is the database')
  expect(diagnose(thrown('something new', []), options)[0]?.hint).toBeUndefined()
})

test('the position of refused SQL counts characters as the database does', () => {
  const sql = "select '😀😀😀', nmae"
  const position = [...sql.slice(0, sql.indexOf('nmae'))].length + 1
  const [found] = diagnose(Object.assign(new Error('no'), { sql, position }), options)
  expect(found?.excerpts?.[0]?.snippet.split('\n')[1]).toBe(`    | ${' '.repeat(sql.indexOf('nmae'))}^`)
})

test('refused SQL is shown with a caret at its position', () => {
  const error = Object.assign(thrown('column "nmae" does not exist', []), {
    code: '42703',
    sql: 'select id,\n  nmae\nfrom users',
    position: '14',
    severity: 'ERROR',
  })
  const [found] = diagnose(error, options)
  expect(found?.excerpts).toEqual([
    { title: 'SQL', snippet: '  1 | select id,\n> 2 |   nmae\n    |   ^\n  3 | from users' },
  ])
  expect(found?.facts).toMatchObject({ severity: 'ERROR' })
})

test('paths inside the application are shown from its folder on', () => {
  const error = Object.assign(thrown("Cannot find '/app/src/x.ts' imported from file:///app/a.ts", []), {
    at: '/app/b',
  })
  expect(diagnose(error, options)[0]).toMatchObject({
    message: "Cannot find 'src/x.ts' imported from a.ts",
    facts: { at: 'b' },
  })
})

test('the source is shown as it is, whatever paths it names', () => {
  const readSource = () => `import x from '/app/src/x.ts'`
  const [found] = diagnose(thrown('no', ['f (/app/src/a.ts:1:15)']), { ...options, readSource })
  expect(found?.snippet).toBe(`> 1 | import x from '/app/src/x.ts'\n    |               ^`)
})

test('a database error is reported once: its text, its SQL, the hint of the server', () => {
  const error = Object.assign(
    thrown('no column (SQLSTATE 42703)\n> 1 | select nmae\n    |        ^\n  hint: try', []),
    {
      code: 'undefined_column',
      sqlstate: '42703',
      query: 'select nmae',
      position: 8,
    },
  )
  const [found] = diagnose(error, options)
  expect(found?.message).toBe('no column (SQLSTATE 42703)')
  expect(found?.hint).toContain('arlen migrate')
  expect(found?.facts).toEqual({ sqlstate: '42703' })
  expect(diagnose(Object.assign(error, { hint: 'Perhaps "name".' }), options)[0]?.hint).toBe('Perhaps "name".')
})

test('secrets are nowhere in it', () => {
  const redact = createRedact({ DATABASE_URL: 'postgres://shop:s3cret@db/shop' })
  const cause = Object.assign(new Error('cannot reach postgres://shop:s3cret@db/shop'), { password: 's3cret' })
  const report = diagnose(new ArlenError('boot', 'token=abcdefgh', { cause }), { ...options, redact })
  expect(JSON.stringify(report)).not.toMatch(/s3cret|abcdefgh/)
})

const folder = mkdtempSync(join(tmpdir(), 'arlen-diagnose-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('places a real error of this very file', () => {
  const [found] = diagnose(new TypeError('real'), { root: import.meta.dirname })
  expect(found?.file).toBe('diagnose.test.ts')
  expect(found?.snippet).toMatch(/^> *\d+ \|.*new TypeError\('real'\)/m)
})

test('a huge error makes a small report', () => {
  const file = join(folder, 'huge.ts')
  writeFileSync(file, 'x'.repeat(5_000_000))
  const error = Object.assign(thrown('x'.repeat(50_000_000), [`f (${file}:1:1)`]), {
    data: new Array(5_000_000).fill('y'),
  })
  const started = process.cpuUsage()
  expect(JSON.stringify(diagnose(error, { root: folder })).length).toBeLessThan(20_000)
  expect(cpuMs(started)).toBeLessThan(1_000)
})

test('calls of a folder to hide are left out', () => {
  const error = thrown('no', ['f (/app/src/a.ts:1:1)', 'load (/runner/src/child.ts:1:1)'])
  expect(diagnose(error, { ...options, hide: '/runner/src' })[0]?.frames).toHaveLength(1)
})

/** Processor time since then, which other programs on the machine add little to. */
function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

test('a place that the error itself knows comes before its calls', () => {
  const error = Object.assign(thrown('route twice', ['at add (/app/src/lib.ts:1:1)']), {
    at: { file: '/app/src/a.ts', line: 2, column: 11 },
  })
  expect(diagnose(error, options)[0]).toMatchObject({ file: 'src/a.ts', line: 2, column: 11 })
  for (const at of [null, 'src/a.ts:1', { file: 1, line: 1 }]) {
    expect(diagnose(Object.assign(error, { at }), options)[0]).toMatchObject({ file: 'src/lib.ts', line: 1 })
  }
})

test('a place in an installed package is never the place: it is looked for where the caller says', () => {
  const error = thrown('deep', ['at f (/app/node_modules/pg/lib/x.js:1:1)'])
  expect(diagnose(error, options)[0]?.file).toBeUndefined()
  expect(diagnose(error, options)[0]?.frames).toHaveLength(1)
  const otherwise = { file: '/app/src/a.ts', line: 2 }
  expect(diagnose(error, { ...options, otherwise })[0]).toMatchObject({ file: 'src/a.ts', line: 2 })
  const own = thrown('own', ['at f (/app/node_modules/pg/lib/x.js:1:1)', 'at g (/app/src/a.ts:3:1)'])
  expect(diagnose(own, { ...options, otherwise })[0]).toMatchObject({ file: 'src/a.ts', line: 3 })
})

test('a message of any size hides no calls', () => {
  const message = 'x'.repeat(200_000)
  const [found] = diagnose(thrown(message, ['f (/app/src/a.ts:2:11)']), options)
  expect(found).toMatchObject({ file: 'src/a.ts', line: 2, column: 11 })
  expect(found!.message.length).toBeLessThan(5_000)
  const lookalike = thrown('no\n    at g (/app/src/cause.ts:1:1)', ['f (/app/src/a.ts:2:11)'])
  expect(diagnose(lookalike, options)[0]).toMatchObject({ file: 'src/a.ts', line: 2 })
})
