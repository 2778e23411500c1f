import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NODE_LINES, NODE_RANGE } from '@arlen/core/node-version'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

interface Manifest {
  name: string
  private?: boolean
  engines?: { node?: string }
  bin?: Record<string, string>
}

const manifests = globSync(['package.json', 'packages/*/package.json', 'apps/*/package.json'], { cwd: ROOT }).map(
  file => ({ file, manifest: JSON.parse(read(file)) as Manifest }),
)

const programs = manifests.flatMap(({ file, manifest }) =>
  Object.entries(manifest.bin ?? {}).map(([name, target]) => ({
    name,
    source: join(file, '..', target.replace('/dist/', '/src/').replace(/\.js$/, '.ts')),
  })),
)

test('every manifest has the one range, which begins each line at its minimum', () => {
  expect(manifests.length).toBeGreaterThan(10)
  for (const { file, manifest } of manifests) expect([file, manifest.engines?.node]).toEqual([file, NODE_RANGE])
  const minimums = Object.values(NODE_LINES).map(({ minimum }) => minimum)
  expect(NODE_RANGE.split(' || ').map(part => part.replace(/^(\^|>=)/, ''))).toEqual(minimums)
})

test('bootstrap takes the lines from their minimum on', () => {
  const script = read('tooling/bootstrap')
  for (const [major, { minimum }] of Object.entries(NODE_LINES).slice(0, -1)) {
    expect(script).toContain(`${major}) [ "$minor" -ge ${minimum.split('.')[1]} ]`)
  }
  expect(script).toContain(`[ "$major" -ge ${Object.keys(NODE_LINES).at(-1)} ]`)
})

test('the documents say the same', () => {
  const guide = read('docs/toolchain.md')
  for (const [major, { minimum, patched }] of Object.entries(NODE_LINES)) {
    expect(guide).toContain(`| ${major} | ${minimum} | ${patched} |`)
  }
})

test('every published program is among those tested here', () => {
  expect(programs.map(({ name }) => name)).toEqual(expect.arrayContaining(['arlen', 'boomhauer', 'propane']))
})

/** What a program prints and returns in a Node.js that says it is another. */
function run(source: string, version: string, env: NodeJS.ProcessEnv) {
  const disguise = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
  const args = [
    '--conditions=@arlen/source',
    '--import',
    `data:text/javascript,${encodeURIComponent(disguise)}`,
    source,
  ]
  return spawnSync(process.execPath, [...args, '--help'], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
  })
}

test.each(programs)('$name refuses a Node.js that is too old with one line', ({ name, source }) => {
  for (const version of ['12.22.12', '20.20.2', '22.21.0', '23.11.1']) {
    const { status, stdout, stderr } = run(source, version, {})
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(new RegExp(`^${name}: Node\\.js ${version.replaceAll('.', '\\.')} lacks [^\\n]+\\n$`))
  }
})

test.each(programs)('$name warns of a vulnerable Node.js in production, and starts', ({ name, source }) => {
  const warned = run(source, '24.13.0', { NODE_ENV: 'production' })
  expect(warned.status).toBe(0)
  expect(warned.stdout).toContain(name)
  expect(warned.stderr).toMatch(new RegExp(`^${name}: Node\\.js 24\\.13\\.0 has known vulnerabilities[^\\n]+\\n$`))
  expect(run(source, '24.13.0', { NODE_ENV: 'development' })).toMatchObject({ status: 0, stderr: '' })
  expect(run(source, '26.12.1', { NODE_ENV: 'production' })).toMatchObject({ status: 0, stderr: '' })
})

test('code before the version check has only syntax that Node.js 12 can parse, and no hoisted imports', () => {
  for (const file of ['packages/core/src/node-version.ts', ...programs.map(({ source }) => source)]) {
    const code = read(file).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    expect([file, /\?\.|\?\?|\|\|=|&&=|\bawait\b|\basync\b|^import\b(?!\()|\bclass\b|\bat\(|#\w/m.test(code)]).toEqual([
      file,
      false,
    ])
  }
})
