import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic } from '@arlen/core'
import { testClusterDsn } from '@arlen/pg/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HANDLING } from './code-frame-cases.ts'
import { PackedPackages } from './packed.ts'
import { ALL_CASES, markOf, readDocument, withTable } from './places/locations-table.ts'
import { AS_PROGRAM, ask, TestFolder } from './support.ts'

// Every place, as a user of installed packages sees it: the development server and the application run from packed packages,
// compiled, with source maps. Each case has a folder of its own, which `app.ts` points to in turn.
const PACKAGES = ['arlen', 'boomhauer']

let packages: PackedPackages
let folder: TestFolder
let server: ChildProcess
let port: number
let dsn: string

beforeAll(async () => {
  dsn = await testClusterDsn()
  packages = await new PackedPackages().install(PACKAGES)
  // Without an application, boomhauer does not start; each case writes its own.
  folder = new TestFolder({ 'handling.ts': HANDLING, 'app.ts': '' }, false)
  symlinkSync(packages.modules, folder.path('node_modules'))
  const bin = join(packages.modules, '@arlen/boomhauer/dist/bin.js')
  server = spawn(process.execPath, [bin, '--port', '0', '--typecheck', 'off', '--no-watch'], {
    cwd: folder.root,
    env: { PATH: process.env.PATH, PWD: folder.root },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.once('exit', code => reject(new Error(`boomhauer ended with ${code}: ${output}`)))
  server.stdout!.on('data', chunk => {
    output += chunk
    const found = /boomhauer at http:\/\/localhost:(\d+)/.exec(output)
    if (found) resolve(Number(found[1]))
  })
  port = await promise
})
afterAll(async () => {
  if (server.kill('SIGINT')) await once(server, 'exit')
  folder.delete()
  packages.delete()
})

/** Files whose names begin with a slash, and `.env`, are of the whole application. */
function pathOf(name: string, index: number): string {
  if (name.startsWith('/')) return name.slice(1)
  return name === '.env' ? name : `case${index}/${name}`
}

test.each(ALL_CASES.map((item, index) => [item.name, index, item] as const))('%s', async (_name, index, item) => {
  const shared: string[] = []
  for (const [name, text] of Object.entries(item.files)) {
    const path = pathOf(name, index)
    folder.write(path, text.replace('¦', '').replaceAll('{n}', String(index)).replaceAll('{dsn}', dsn))
    if (!path.startsWith('case')) shared.push(path)
  }
  folder.write('app.ts', `export { default } from './case${index}/app.ts'\n`)
  await ask(port, '/_boomhauer/actions/retry', { method: 'POST' })
  const answer = await ask(port, '/', { headers: AS_PROGRAM })
  for (const path of shared) folder.remove(path)
  expect(answer.status).toBeGreaterThanOrEqual(500)
  const [found] = JSON.parse(answer.body).diagnostics as Diagnostic[]
  expect(found?.message).toMatch(item.message)
  const mark = markOf(item.files)
  expect({ stage: found?.stage, at: `${found?.file}:${found?.line}:${found?.column}` }).toEqual({
    stage: found?.stage === 'template' ? 'template' : item.stage,
    at: mark ? `${pathOf(mark.name, index)}:${mark.line}:${mark.column}` : 'undefined:undefined:undefined',
  })
})

test('the guide has them all as a table; mend it with test/places/locations-table.ts', () => {
  expect(ALL_CASES.length).toBeGreaterThanOrEqual(120)
  const document = readDocument()
  expect(document).toBe(withTable(document))
})
