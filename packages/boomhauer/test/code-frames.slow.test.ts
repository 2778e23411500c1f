import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Diagnostic } from '@arlen/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBoomhauer } from '../src/index.ts'
import { CASES, type Case, HANDLING, PACKAGES } from './code-frame-cases.ts'
import { AS_PROGRAM, ask, TestFolder } from './support.ts'

// One server for all cases, each in a folder of its own: `app.ts` points to one after the other. It does not watch: one
// write can be two changes, and the second build would be taken for that of the next case.
let folder: TestFolder
let server: Awaited<ReturnType<typeof createBoomhauer>>
const idle = `import { servable } from './servable.js'\nexport default servable((req, res) => res.end('idle'))\n`

beforeAll(async () => {
  folder = new TestFolder({ 'app.ts': idle, 'handling.ts': HANDLING }, false)
  for (const [name, path] of Object.entries(PACKAGES)) {
    const link = folder.path(`node_modules/${name}`)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(path, link)
  }
  for (const [index, { files }] of CASES.entries()) {
    for (const [name, text] of Object.entries(files)) folder.write(`case${index}/${name}`, text.replace('¦', ''))
  }
  server = await createBoomhauer({
    root: folder.root,
    port: 0,
    typecheck: 'off',
    preload: [],
    env: 'development',
    watch: false,
  })
  await ask(server.port, '/')
})
afterAll(async () => {
  await server.close()
  folder.delete()
})

/** The marked place, from 1. */
function markOf(files: Case['files']): { name: string; line: number; column: number } | undefined {
  for (const [name, text] of Object.entries(files)) {
    const lines = text.split(/\r?\n/)
    const index = lines.findIndex(line => line.includes('¦'))
    if (index !== -1) return { name, line: index + 1, column: lines[index]!.indexOf('¦') + 1 }
  }
  return undefined
}

test('there are at least thirty cases', () => {
  expect(CASES.filter(({ files }) => markOf(files)).length).toBeGreaterThanOrEqual(30)
})

test.each(CASES.map((item, index) => [item.name, index, item] as const))('%s', async (_name, index, item) => {
  folder.write('app.ts', `export { default } from './case${index}/app.ts'\n`)
  await server.rebuild()
  expect(server.state).toBe(item.on === 'build' ? 'failed' : 'ready')
  const answer = await ask(server.port, '/', { headers: AS_PROGRAM })
  expect(answer.status).toBe(500)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  const [found] = JSON.parse(answer.body).diagnostics as Diagnostic[]
  expect(found?.message).toMatch(item.message)
  const mark = markOf(item.files)
  const place = mark && { file: `case${index}/${mark.name}`, line: mark.line, column: mark.column }
  expect({ stage: found?.stage, file: found?.file, line: found?.line, column: found?.column }).toEqual({
    stage: found?.stage === 'template' ? 'template' : item.stage,
    ...place,
  })
  if (!mark) return
  const lines = found!.snippet!.split('\n')
  const hit = lines.findIndex(line => line.startsWith(`> ${mark.line} |`) || /^>\s+\d+ \|/.test(line))
  const source = item.files[mark.name]!.split(/\r?\n/)[mark.line - 1]!.replace('¦', '')
  expect(lines[hit]).toContain(source.trimEnd().slice(0, 100))
  expect(lines[hit + 1]!.indexOf('^')).toBe(lines[hit]!.indexOf('| ') + 2 + mark.column - 1)
})
