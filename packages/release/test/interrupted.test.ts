import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { initTarget } from '../src/index.ts'
import { temporaryFolder, writeFiles, writeRelease } from './support.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Runs a module that uses the package. */
function start(code: string, env: NodeJS.ProcessEnv): ChildProcess {
  const index = new URL('../src/index.ts', import.meta.url).href
  const text = `import * as releases from ${JSON.stringify(index)}\n${code}`
  const args = ['--conditions=@arlen/source', '--input-type=module', '--eval', text]
  return spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Resolves once what is in a folder is as it should be. */
async function until(folder: string, holds: () => boolean): Promise<void> {
  const watcher = watch(folder)
  while (!holds()) await once(watcher, 'change')
  watcher.close()
}

test.each(SIGNALS)('a build that %s ends leaves nothing, and its package manager has ended', async signal => {
  const root = temporaryFolder()
  writeFiles(root, {
    'package.json': JSON.stringify({ name: 'shop', type: 'module', dependencies: { '@arlen/cli': '1' } }),
    'package-lock.json': '{}',
    'app.js': '',
  })
  const tools = temporaryFolder()
  // Writes until it is told to end, and a little longer.
  const npm = `#!/bin/sh
    mkdir node_modules
    trap 'echo > node_modules/late; echo > ${tools}/ended; exit 1' TERM
    echo $$ > ${tools}/pid
    while :; do sleep 0.05; done\n`
  writeFileSync(join(tools, 'npm'), npm)
  chmodSync(join(tools, 'npm'), 0o755)
  const git = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false', '-C', root]
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['commit', '-qm', 'first'],
  ])
    execFileSync('git', [...git, ...args])
  const child = start(`await releases.buildRelease({ root: ${JSON.stringify(root)} })`, {
    PATH: [tools, process.env.PATH].join(delimiter),
  })
  await until(tools, () => existsSync(join(tools, 'pid')))
  child.kill(signal)
  expect(await once(child, 'close')).toEqual([null, signal])
  expect(existsSync(join(tools, 'ended'))).toBe(true)
  expect(readdirSync(join(root, 'releases'))).toEqual([])
})

test.each(SIGNALS)(
  'an activation that %s ends while it tries a release stops it, and leaves no socket',
  async signal => {
    const target = temporaryFolder()
    const temporary = join(temporaryFolder(), 'tmp')
    mkdirSync(temporary)
    await initTarget(target)
    await writeRelease(join(target, 'releases'), { id: 'r1', answers: { '/readyz': [503, 'not yet'] } })
    const code = `await releases.activateRelease({ target: ${JSON.stringify(target)}, release: 'r1' })`
    const child = start(code, { TMPDIR: temporary })
    await until(temporary, () => readdirSync(temporary).length > 0)
    const folder = readdirSync(temporary)[0]!
    await until(join(temporary, folder), () => existsSync(join(temporary, folder, 'http.sock')))
    child.kill(signal)
    expect(await once(child, 'close')).toEqual([null, signal])
    expect(readdirSync(temporary)).toEqual([])
    expect(existsSync(join(target, 'current'))).toBe(false)
    const commands = readdirSync('/proc')
      .filter(pid => /^\d+$/.test(pid))
      .map(commandOf)
    expect(commands.filter(command => command.includes(join(temporary, folder)))).toEqual([])
  },
)

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // it has ended
  }
}
