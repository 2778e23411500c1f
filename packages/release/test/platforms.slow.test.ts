import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { binaryPlatform } from '../src/build/native-modules.ts'
import { readPlatform } from '../src/build/platform.ts'
import { readManifest } from '../src/index.ts'
import { buildWith, publishNativeModules } from './native-application.ts'
import { temporaryFolder } from './support.ts'
import { ARM64, elf, machO, pe, X64 } from './tarballs.ts'

beforeAll(publishNativeModules)

const build = (names: readonly string[], platforms: readonly string[]) => buildWith(names, platforms, 'npm')

test.each(['npm', 'pnpm'] as const)(
  'one release has the native modules of several platforms, and its manifest lists them: %s',
  async manager => {
    const { dir } = await buildWith(['native', 'prebuilt'], ['linux-x64', 'linux-arm64'], manager)
    const { platforms, files } = await readManifest(dir)
    expect(platforms).toEqual([
      { os: 'linux', arch: 'x64', libc: 'glibc' },
      { os: 'linux', arch: 'arm64', libc: 'glibc' },
    ])
    expect(Object.keys(files).filter(path => path.endsWith('.node'))).toEqual([
      'node_modules/native-linux-arm64/index.node',
      'node_modules/native-linux-x64/index.node',
      'node_modules/prebuilt/prebuilds/linux-arm64/x.node',
      'node_modules/prebuilt/prebuilds/linux-x64/x.node',
    ])
  },
)

test.each<[string, string[], string[], string, RegExp]>([
  [
    'a package has no variant for one',
    ['native'],
    ['linux-x64', 'linux-riscv64'],
    'platform_missing',
    /^native has no native module for linux-riscv64/,
  ],
  [
    'a package was compiled here',
    ['compiled'],
    ['linux-x64', 'linux-arm64'],
    'platform_missing',
    /^compiled has no native module for linux-arm64/,
  ],
  ['there is no such processor', ['native'], ['linux-x63'], 'platform_unknown', /no platform linux-x63/],
  ['there is no such system', ['native'], ['plan9-x64'], 'platform_unknown', /no platform plan9-x64/],
  ['musl is asked of what has no libc', ['native'], ['darwin-arm64-musl'], 'platform_unknown', /darwin-arm64-musl/],
])('a build for several platforms ends when %s', async (_, names, platforms, code, message) => {
  await expect(build(names, platforms)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
})

test('pnpm, which takes systems and processors apart, leaves none that was not asked for', async () => {
  const { dir } = await buildWith(['native'], ['linux-arm64', 'darwin-arm64', 'linux-x64'], 'pnpm')
  const { files } = await readManifest(dir)
  const modules = Object.keys(files).filter(path => path.endsWith('.node'))
  expect(modules).toEqual([
    'node_modules/native-darwin-arm64/index.node',
    'node_modules/native-linux-arm64/index.node',
    'node_modules/native-linux-x64/index.node',
  ])
  const { dir: other } = await buildWith(['native'], ['linux-x64', 'darwin-arm64'], 'pnpm')
  expect(Object.keys((await readManifest(other)).files).filter(path => path.endsWith('.node'))).toEqual([
    'node_modules/native-darwin-arm64/index.node',
    'node_modules/native-linux-x64/index.node',
  ])
})

test('a build with pnpm ends, too, when a package has no variant for one', async () => {
  await expect(buildWith(['native'], ['linux-x64', 'linux-riscv64'], 'pnpm')).rejects.toMatchObject({
    code: 'platform_missing',
    message: expect.stringMatching(/^native has no native module for linux-riscv64/),
  })
})

test('names of platforms are those of Node.js', () => {
  expect(readPlatform('linux-x64-musl')).toEqual({ os: 'linux', arch: 'x64', libc: 'musl' })
  expect(readPlatform('linux-arm64-glibc')).toEqual({ os: 'linux', arch: 'arm64', libc: 'glibc' })
  expect(readPlatform('darwin-arm64')).toEqual({ os: 'darwin', arch: 'arm64' })
})

test.each<[string, Buffer, { os: string; arch: string } | undefined]>([
  ['ELF', elf(X64), { os: 'linux', arch: 'x64' }],
  ['ELF', elf(ARM64), { os: 'linux', arch: 'arm64' }],
  ['ELF of FreeBSD', elf(X64, 9), { os: 'freebsd', arch: 'x64' }],
  ['ELF of an unknown processor', elf(9999), undefined],
  ['Mach-O', machO(16777223), { os: 'darwin', arch: 'x64' }],
  ['Mach-O for several processors', Buffer.from('cafebabe00000002', 'hex'), { os: 'darwin', arch: 'any' }],
  ['PE', pe(34404), { os: 'win32', arch: 'x64' }],
  ['a cut PE', Buffer.from('MZ'), undefined],
  ['text', Buffer.from('module.exports = 1'), undefined],
  ['nothing', Buffer.alloc(0), undefined],
])('the platform of %s is read from its header', (_, content, expected) => {
  const file = join(temporaryFolder(), 'x.node')
  writeFileSync(file, content)
  expect(binaryPlatform(file)).toEqual(expected)
})

test('this Node.js is of this platform', () => {
  const { platform: os, arch } = process
  expect(binaryPlatform(process.execPath)).toEqual({ os, arch })
})
