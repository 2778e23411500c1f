import { spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder, writeFiles } from '../../test/support.ts'
import { writeLauncher } from './launcher.ts'

const MODULE = JSON.stringify({ type: 'module' })
const CORE = JSON.stringify({ type: 'module', exports: { './node-version': './node-version.js' } })

/** A target with a release whose command prints the arguments that it is given. */
async function targetWithRelease(): Promise<string> {
  const target = temporaryFolder()
  const release = join(target, 'releases/r1')
  writeFiles(release, {
    'manifest.json': '{}',
    'package.json': MODULE,
    'app.js': '',
    'node_modules/@arlen/cli/package.json': JSON.stringify({ type: 'module', exports: './index.js' }),
    'node_modules/@arlen/cli/index.js':
      'export const commands = {}\nexport async function runCli(argv) { console.log(JSON.stringify(argv)) }\n',
    'node_modules/@arlen/core/package.json': CORE,
    'node_modules/@arlen/core/node-version.js': 'export function requireNode() {}\n',
  })
  await writeLauncher(release)
  mkdirSync(join(target, 'shared'))
  symlinkSync('releases/r1', join(target, 'current'))
  return target
}

function argumentsOf(program: string, cwd: string): string[] {
  const { stdout, stderr } = spawnSync(program, ['status'], { cwd, encoding: 'utf8' })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as string[]
}

test('commands address the running release by the link current, from any folder', async () => {
  const target = await targetWithRelease()
  const app = join(target, 'current/app.js')
  for (const [program, cwd] of [
    [join(target, 'current/bin/app'), '/'],
    // A shell that has gone to the link: the kernel knows it as the folder of the release.
    ['bin/app', join(target, 'current')],
    [join(target, 'releases/r1/bin/app'), '/'],
  ] as const) {
    expect(argumentsOf(program, cwd), program).toEqual(['propane', 'status', app])
  }
})

test('a release that is not current, or in no target, is addressed by its own folder', async () => {
  const target = await targetWithRelease()
  renameSync(join(target, 'current'), join(target, 'elsewhere'))
  const own = ['propane', 'status', join(target, 'releases/r1/app.js')]
  expect(argumentsOf('bin/app', join(target, 'releases/r1'))).toEqual(own)
  unlinkSync(join(target, 'elsewhere'))
  symlinkSync('releases/r0', join(target, 'current')) // leads nowhere
  expect(argumentsOf('bin/app', join(target, 'releases/r1'))).toEqual(own)
})
