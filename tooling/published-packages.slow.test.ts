import { execFile } from 'node:child_process'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installPacked, packagesOf, readManifest } from './packed.ts'

// What users get: every package is packed as for the registry, unpacked into the node_modules of a folder outside the
// repository, and used there by plain node and tsc. No network: third-party dependencies are linked from where pnpm has
// put them, and only those that the packed manifest names.
const run = promisify(execFile)
const root = join(import.meta.dirname, '..')

const packages = packagesOf(root)
const imports = packages.flatMap(({ manifest }) =>
  Object.keys(manifest.exports).map(key => (key === '.' ? manifest.name : `${manifest.name}${key.slice(1)}`)),
)

let folder: string
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'arlen-published-')))
  await run(join(root, 'node_modules/.bin/tsc'), ['-b', 'tsconfig.build.json'], { cwd: root })
  for (const each of packages) await installPacked(each, packages, folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(packages)('the published $manifest.name', ({ folder: from, manifest: { name } }) => {
  const home = () => join(folder, 'node_modules', name)
  const files = () =>
    readdirSync(home(), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(home().length + 1))
      .filter(path => !path.startsWith('node_modules/'))

  test('has its README, its license and the sources that its maps point to, and no tests', () => {
    expect(files()).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']))
    const unwanted = files()
      .filter(file => !file.startsWith('templates/'))
      .filter(file => /^test\/|fixtures\/|\.test(-d)?\.|\.tsbuildinfo$|^tsconfig|\/node_modules\/|\.arlen\//.test(file))
    expect(unwanted).toEqual([])
    const maps = files().filter(file => file.endsWith('.map'))
    expect(maps.length).toBeGreaterThan(0)
    const missing = maps.flatMap(file => sourcesOf(join(home(), file))).filter(source => !existsSync(source))
    expect(missing).toEqual([])
  })

  test('was built from the current sources', () => {
    const stale = files()
      .filter(file => /^dist\/(?!bundle\/).*\.(?:d\.ts|js)$/.test(file))
      .filter(file => !existsSync(join(from, file.replace(/^dist/, 'src').replace(/\.(?:d\.ts|js)$/, '.ts'))))
    expect(stale, 'compiled files without a source: make clean, then build').toEqual([])
  })

  test('names versions that a registry understands', () => {
    const {
      dependencies = {},
      peerDependencies = {},
      optionalDependencies = {},
    } = readManifest(join(home(), 'package.json'))
    const versions = Object.entries({ ...dependencies, ...peerDependencies, ...optionalDependencies })
    expect(versions.filter(([, version]) => !/^(\*$|[\^~>=]*\d)/.test(version))).toEqual([])
  })

  test('has commands that node can start', () => {
    const commands = Object.values(readManifest(join(home(), 'package.json')).bin ?? {})
    const firstLines = commands.map(path => readFileSync(join(home(), path), 'utf8').split('\n', 1)[0])
    expect(firstLines).toEqual(commands.map(() => '#!/usr/bin/env node'))
  })
})

test.each(imports)('plain node imports %s, without a word and without being kept alive', async specifier => {
  const code = `const names = Object.keys(await import('${specifier}')); if (names.length > 0) console.log('exports')`
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', code], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder },
    timeout: 120_000,
  })
  expect({ stdout, stderr }).toEqual({ stdout: 'exports\n', stderr: '' })
})

test('a user’s compiler understands every export', async () => {
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true })
  symlinkSync(realpathSync(join(root, 'node_modules/@types/node')), join(folder, 'node_modules/@types/node'))
  const lines = imports.map(
    (specifier, index) => `import * as each${index} from '${specifier}'\nexport { each${index} }`,
  )
  writeFileSync(join(folder, 'user.ts'), `${lines.join('\n')}\n`)
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2024', '--lib', 'es2024,esnext.disposable']
  const args = ['--noEmit', '--types', 'node', ...options, 'user.ts']
  const result = await run(join(root, 'node_modules/.bin/tsc'), args, { cwd: folder }).catch(error => error)
  expect(result.stdout).toBe('')
})

test('npm install @arlen/router brings @arlen/core and no third package', async () => {
  const project = join(folder, 'npm-project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  const tarballs = ['@arlen/router', '@arlen/core'].flatMap(name =>
    globSync('*.tgz', { cwd: join(folder, 'packed', name) }).map(file => join(folder, 'packed', name, file)),
  )
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', ...tarballs], { cwd: project })
  const installed = globSync('{*,@*/*}/package.json', { cwd: join(project, 'node_modules') }).map(dirname)
  expect(installed.sort()).toEqual(['@arlen/core', '@arlen/router'])
  const code = `import { createRouter } from '@arlen/router'; console.log(typeof createRouter)`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: project })
  expect(stdout).toBe('function\n')
})

// What an installation brings from others. A line more here is a decision.
test.each<[name: string, brings: string[]]>([
  ['@arlen/core', []],
  ['@arlen/error-report', []],
  ['@arlen/router', []],
  ['@arlen/view', ['@jridgewell/sourcemap-codec', 'js-tokens']],
  ['@arlen/http', ['cookie', 'ipaddr.js', 'mime']],
  ['@arlen/propane', ['@remix-run/node-fetch-server']],
])('%s brings these packages of others: %j', (name, brings) => {
  const others = new Set<string>()
  const visited = new Set([name])
  for (const each of visited) {
    for (const dependency of Object.keys(
      readManifest(join(folder, 'node_modules', each, 'package.json')).dependencies ?? {},
    )) {
      if (packages.some(({ manifest }) => manifest.name === dependency)) visited.add(dependency)
      else others.add(dependency)
    }
  }
  expect([...others].sort()).toEqual(brings)
})

// As published, with what it does not use left alone. A line more here is a decision, too.
test('an application answers its first request with few modules loaded, and without database, log and passwords', async () => {
  const program = `
import { registerHooks } from 'node:module'
const loaded = []
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
const { createApp } = await import('arlen')
const config = { session: { enabled: false }, security: { hosts: ['localhost'] }, apiOnly: true }
const app = createApp({ environment: 'production', log: false, config })
app.get('/', c => c.text('hello'))
const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
const answer = await fetch('http://localhost:' + port)
await app.close()
const files = loaded.filter(url => url.startsWith('file:'))
const unused = files.filter(url => /(?:pg|pino|argon2|to-json-schema|nodemailer)@|error-report/.test(url))
console.log(JSON.stringify({ body: await answer.text(), modules: files.length, unused }))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { cwd: folder })
  const { modules, ...rest } = JSON.parse(stdout) as { body: string; modules: number; unused: string[] }
  expect(rest).toEqual({ body: 'hello', unused: [] })
  expect(modules).toBeLessThan(80)
})

function sourcesOf(map: string): string[] {
  const { sources, sourceRoot = '' } = JSON.parse(readFileSync(map, 'utf8')) as {
    sources: string[]
    sourceRoot?: string
  }
  return sources.map(source => join(dirname(map), sourceRoot, source))
}
