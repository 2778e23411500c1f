import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildViews, compile, templateDiagnostic } from '../src/index.ts'

const fixture = join(import.meta.dirname, '../fixtures/traced')
let outDir: string

beforeEach(() => {
  outDir = mkdtempSync(join(tmpdir(), 'arlen-view-'))
})

afterEach(() => {
  rmSync(outDir, { recursive: true })
})

test.each([
  ['the folder', 'folder', []],
  ['the folder, with Node’s own source maps', 'folder', ['--enable-source-maps']],
  ['compiled templates', 'compiled', []],
  ['compiled templates, with Node’s own source maps', 'compiled', ['--enable-source-maps']],
])('traces errors to the lines of templates: %s', async (_what, kind, flags) => {
  if (kind === 'compiled') await buildViews({ dir: fixture, outDir })
  const folder = kind === 'compiled' ? outDir : fixture
  const program = join(fixture, 'print-trace.ts')
  const output = execFileSync(process.execPath, ['--conditions=@arlen/source', ...flags, program, kind, folder], {
    encoding: 'utf8',
  })
  expect(JSON.parse(output)).toEqual({
    file: join(fixture, 'part.html.ets'),
    line: 2,
    column: 21,
    snippet: '  1 | <p>\n> 2 |   <b><%= $user.name.first %></b>\n    |                     ^\n  3 | </p>\n  4 |',
    frames: [`${join(fixture, 'part.html.ets')}:2:21`, `${join(fixture, 'page.html.ets')}:3:5`],
  })
})

test('traces the causes of an error too', () => {
  const wrap = (run: () => void) => {
    try {
      run()
    } catch (cause) {
      throw new Error('wrapped', { cause })
    }
  }
  const render = compile('\n<%= wrap(() => $x.y.z) %>', { path: '/app/a.html.ets', helpers: { wrap } })
  let error: Error | undefined
  try {
    render({ x: {} })
  } catch (thrown) {
    error = thrown as Error
  }
  expect(templateDiagnostic(error)).toMatchObject({ line: 2, column: 5 })
  expect(templateDiagnostic(error?.cause)).toMatchObject({ line: 2, column: 21 })
})

test('knows nothing of errors that have nothing to do with templates', () => {
  for (const error of [new Error('a'), 'text', undefined, null]) expect(templateDiagnostic(error)).toBeUndefined()
})
