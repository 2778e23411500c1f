import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { create } from 'tar'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { binaryPlatform } from '../src/build/native-modules.ts'
import { readPlatform } from '../src/build/platform.ts'
import { buildRelease, readManifest } from '../src/index.ts'
import { temporaryFolder, writeFiles } from './support.ts'

/** The first bytes of compiled code. */
function elf(machine: number, system = 0): Buffer {
  const head = Buffer.alloc(64)
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, system])
  head.writeUInt16LE(machine, 18)
  return head
}
function machO(machine: number): Buffer {
  const head = Buffer.alloc(64)
  head.writeUInt32LE(0xfeedfacf, 0)
  head.writeUInt32LE(machine, 4)
  return head
}
function pe(machine: number): Buffer {
  const head = Buffer.alloc(128)
  head.write('MZ')
  head.writeUInt32LE(64, 0x3c)
  head.write('PE\0\0', 64)
  head.writeUInt16LE(machine, 68)
  return head
}

const [X64, ARM64] = [62, 183]

interface Published {
  manifest: object
  files?: Readonly<Record<string, Buffer>>
}

/** A server with the tarballs of packages. */
class Tarballs {
  readonly #server: Server
  readonly #files = new Map<string, Buffer>()

  constructor() {
    this.#server = createServer((request, response) => {
      const file = this.#files.get(request.url!.slice(1))
      response.writeHead(file ? 200 : 404).end(file)
    })
  }

  async start(): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  url(name: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${name}.tgz`
  }

  async publish(folder: string, name: string, { manifest, files = {} }: Published): Promise<void> {
    const root = join(folder, name, 'package')
    writeFiles(root, { 'package.json': JSON.stringify({ version: '1.0.0', ...manifest }) })
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(root, path, '..'), { recursive: true })
      writeFileSync(join(root, path), content)
    }
    const file = join(folder, `${name}.tgz`)
    await create({ file, gzip: true, cwd: join(folder, name) }, ['package'])
    this.#files.set(`${name}.tgz`, readFileSync(file))
  }
}

const tarballs = new Tarballs()

beforeAll(async () => {
  await tarballs.start()
  return () => tarballs.stop()
})

let base: string
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'arlen-tarballs-'))
  await tarballs.publish(base, 'cli', { manifest: { name: '@arlen/cli' } })
  const kinds = { 'linux-x64': elf(X64), 'linux-arm64': elf(ARM64), 'darwin-arm64': machO(16777228) }
  for (const [kind, content] of Object.entries(kinds)) {
    const [os, cpu] = kind.split('-')
    const manifest = { name: `native-${kind}`, os: [os], cpu: [cpu] }
    await tarballs.publish(base, `native-${kind}`, { manifest, files: { 'index.node': content } })
  }
  const optionalDependencies = Object.fromEntries(
    Object.keys(kinds).map(kind => [`native-${kind}`, tarballs.url(`native-${kind}`)]),
  )
  await tarballs.publish(base, 'native', { manifest: { name: 'native', optionalDependencies } })
  await tarballs.publish(base, 'compiled', {
    manifest: { name: 'compiled' },
    files: { 'build/Release/compiled.node': elf(X64) },
  })
  await tarballs.publish(base, 'prebuilt', {
    manifest: { name: 'prebuilt' },
    files: { 'prebuilds/linux-x64/x.node': elf(X64), 'prebuilds/linux-arm64/x.node': elf(ARM64) },
  })
})
afterAll(() => rmSync(base, { recursive: true }))

/** An application with these dependencies, and its lock file. */
function application(...names: string[]): string {
  const root = temporaryFolder()
  const dependencies = Object.fromEntries(
    ['cli', ...names].map(name => [name === 'cli' ? '@arlen/cli' : name, tarballs.url(name)]),
  )
  writeFiles(root, {
    'package.json': JSON.stringify({ name: 'shop', type: 'module', dependencies }),
    'app.ts': 'export default 1\n',
  })
  return root
}

async function lock(root: string): Promise<void> {
  await promisify(execFile)('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund'], { cwd: root })
}

async function build(names: readonly string[], platforms: readonly string[] | undefined) {
  const root = application(...names)
  await lock(root)
  return buildRelease({ root, outDir: join(temporaryFolder(), 'releases'), ...(platforms && { platforms }) })
}

test('one release has the native modules of several platforms, and its manifest lists them', async () => {
  const { dir } = await build(['native', 'prebuilt'], ['linux-x64', 'linux-arm64'])
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
})

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
