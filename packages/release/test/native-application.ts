import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type BuiltRelease, buildRelease } from '../src/index.ts'
import { temporaryFolder, writeFiles } from './support.ts'
import { ARM64, elf, machO, Tarballs, X64 } from './tarballs.ts'

const tarballs = new Tarballs()

// Built, for releases run what is built.
const ARLEN = fileURLToPath(new URL('../../cli/dist/bin.js', import.meta.url))

/** Stands for `@arlen/cli` in a release: releases are switched by the command of this repository, and it answers when it is started. */
const CLI = `import { spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
export const commands = {}
export async function runCli(argv) {
  if (argv[0] === 'release') return spawnSync(process.execPath, [${JSON.stringify(ARLEN)}, ...argv], { stdio: 'inherit' }).status
  const socket = argv.indexOf('--socket-path')
  if (socket > 0) return void createServer((_, response) => response.end('ok')).listen(argv[socket + 1])
  console.log(JSON.stringify({ ok: false, error: { code: 'propane_not_running', message: 'nothing runs' } }))
  return 1
}
`
const PARTS = {
  core: { './node-version': 'export function requireNode() {}\n' },
  propane: { './early-signals': 'export function keepSignals() {}\n' },
}

/** Publishes packages with native modules, for the tests of a file. */
export async function publishNativeModules(): Promise<() => void> {
  await tarballs.start()
  const base = mkdtempSync(join(tmpdir(), 'arlen-tarballs-'))
  const ours = async (name: string, modules: Readonly<Record<string, string>>, dependencies = {}) => {
    const files = Object.values(modules).map((text, index) => [`${index}.js`, Buffer.from(text)])
    const exports = Object.fromEntries(Object.keys(modules).map((path, index) => [path, `./${index}.js`]))
    const manifest = { name: `@arlen/${name}`, type: 'module', exports, dependencies }
    await tarballs.publish(base, name, { manifest, files: Object.fromEntries(files) })
    return { [manifest.name]: tarballs.url(name) }
  }
  const parts = { ...(await ours('core', PARTS.core)), ...(await ours('propane', PARTS.propane)) }
  await ours('cli', { '.': CLI }, parts)
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
  return () => {
    tarballs.stop()
    rmSync(base, { recursive: true })
  }
}

/** Writes an application with these dependencies, and its lock file. */
export async function writeApplication(root: string, names: readonly string[], manager: Manager): Promise<void> {
  const dependencies = Object.fromEntries(
    ['cli', ...names].map(name => [name === 'cli' ? '@arlen/cli' : name, tarballs.url(name)]),
  )
  writeFiles(root, {
    'package.json': JSON.stringify({ name: 'shop', type: 'module', dependencies }),
    'app.ts': 'export default 1\n',
    'config/app.js': 'export default { apiOnly: true }\n',
    // Packages of a registry need no such permission: only tarballs that a dependency names do.
    'pnpm-workspace.yaml': 'blockExoticSubdeps: false\n',
  })
  await promisify(execFile)(manager, LOCK[manager], { cwd: root })
}

const LOCK = {
  npm: ['install', '--package-lock-only', '--no-audit', '--no-fund'],
  pnpm: ['install', '--lockfile-only'],
} as const
export type Manager = keyof typeof LOCK

/** Builds a release of an application that depends on some of them. */
export async function buildWith(
  names: readonly string[],
  platforms: readonly string[] | undefined,
  manager: Manager,
): Promise<BuiltRelease> {
  const root = temporaryFolder()
  await writeApplication(root, names, manager)
  return buildRelease({ root, outDir: join(temporaryFolder(), 'releases'), ...(platforms && { platforms }) })
}
