import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ScriptSandbox, until } from './script-sandbox.ts'

const NODE = '26.1.2'
const PNPM = '12.3.4'

let box: ScriptSandbox
beforeEach(() => {
  box = new ScriptSandbox(['bootstrap', 'with-toolchain'])
  box.file('.node-version', `${NODE}\n`)
  box.file('package.json', `{\n  "packageManager": "pnpm@${PNPM}"\n}\n`)
  box.program('node', 'echo 20.20.0')
  npm(installs())
})
afterEach(() => box[Symbol.dispose]())

describe('a first run', () => {
  test('installs the pinned versions and prints where they are', async () => {
    const run = await bootstrap('--path')
    expect(run).toMatchObject({ code: 0, stdout: `${home()}/node_modules/.bin\n` })
    expect(run.stderr).toBe(`bootstrap: installing Node.js ${NODE} and pnpm ${PNPM} from npm (once)\n`)
    expect(left()).toEqual([`node-${NODE}-pnpm-${PNPM}`])
  })

  test('uses a new enough node and a fitting pnpm of the machine', async () => {
    for (const version of ['22.22.0', '24.13.0', '26.0.0', '28.1.0']) {
      box.program('node', `echo ${version}`)
      box.program('pnpm', 'echo 12.0.0')
      expect(await bootstrap('--path')).toEqual({ code: 0, stdout: '', stderr: '' })
    }
    expect(existsSync(join(box.root, '.toolchain'))).toBe(false)
  })

  test.each([
    ['22.21.9', '12.0.0'],
    ['23.11.1', '12.0.0'],
    ['24.12.9', '12.0.0'],
    ['25.9.0', '12.0.0'],
    ['20.20.0', '12.0.0'],
    ['26.0.0', '11.9.9'],
  ])('does not use node %s with pnpm %s', async (node, pnpm) => {
    box.program('node', `echo ${node}`)
    box.program('pnpm', `echo ${pnpm}`)
    expect((await bootstrap('--path')).stdout).toBe(`${home()}/node_modules/.bin\n`)
  })

  test('asks the registry when the list of versions in npm’s cache is too old', async () => {
    npm(`case "$*" in *--prefer-offline*) echo "npm error code ETARGET"; exit 1 ;; esac\n${installs()}`)
    expect((await bootstrap('--path')).stdout).toBe(`${home()}/node_modules/.bin\n`)
  })

  test('lets other users of the machine run what it installed', async () => {
    await bootstrap()
    expect((await box.sh(`find "${home()}" -prune -perm -005 -print`)).stdout).toBe(`${home()}\n`)
  })
})

describe('a second run', () => {
  test('does nothing and needs neither npm nor the network', async () => {
    await bootstrap()
    box.without('npm')
    box.without('node')
    expect(await bootstrap()).toEqual({ code: 0, stdout: '', stderr: '' })
    expect((await box.sh('tooling/with-toolchain node -p process.versions.node')).stdout).toBe(`${NODE}\n`)
  })

  test('replaces an installation that has lost a part', async () => {
    await bootstrap()
    rmSync(join(home(), 'node_modules/.bin/pnpm'))
    expect((await bootstrap('--path')).stdout).toBe(`${home()}/node_modules/.bin\n`)
    expect(existsSync(join(home(), 'node_modules/.bin/pnpm'))).toBe(true)
    expect(left()).toEqual([`node-${NODE}-pnpm-${PNPM}`])
  })

  test('clears away what a killed run left, and leaves alone what another is working on', async () => {
    mkdirSync(join(box.root, '.toolchain/new-999999999-abc/node_modules'), { recursive: true })
    mkdirSync(join(box.root, `.toolchain/new-${process.pid}-abc`), { recursive: true })
    await bootstrap()
    expect(left()).toEqual([`new-${process.pid}-abc`, `node-${NODE}-pnpm-${PNPM}`])
  })
})

describe('an error is one clear line and leaves nothing behind:', () => {
  async function failure(): Promise<string> {
    const run = await bootstrap('--path')
    expect(run.code).toBe(1)
    expect(run.stdout).toBe('')
    expect(left().filter(name => name !== 'npm.log')).toEqual([])
    const lines = run.stderr.trimEnd().split('\n')
    return lines.filter(line => !line.startsWith('bootstrap: installing')).join('\n')
  }

  test('no npm', async () => {
    box.without('npm')
    expect(await failure()).toMatch(/^bootstrap: npm is missing\. Install Node\.js 20 or newer.*$/)
  })

  test('an npm without a node', async () => {
    box.without('node')
    expect(await failure()).toMatch(/^bootstrap: npm is here but node is not\..*$/)
  })

  test.each(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED'])('no network (%s)', async code => {
    npm(`echo "npm error code ${code}"; echo "npm error request to the registry failed"; exit 1`)
    expect(await failure()).toMatch(/^bootstrap: npm cannot reach its registry: check the network.*$/)
  })

  test('a certificate that is not trusted', async () => {
    npm('echo "npm error code SELF_SIGNED_CERT_IN_CHAIN"; echo "npm error request to the registry failed"; exit 1')
    expect(await failure()).toMatch(/^bootstrap: npm does not trust its registry's certificate.*NODE_EXTRA_CA_CERTS/)
  })

  test('a full disk', async () => {
    npm(`${installs()}; rm -r "$prefix/node_modules/.bin/pnpm"; echo "npm error nospc ENOSPC: no space left"; exit 1`)
    expect(await failure()).toMatch(/^bootstrap: the disk is full: free about 500 MB.*$/)
  })

  test('a cache that npm may not write', async () => {
    npm(
      'echo "npm error code EACCES"; echo "npm error errno -13"; echo "npm error Your cache folder contains root-owned files"; exit 1',
    )
    expect(await failure()).toBe(
      'bootstrap: npm may not write where it must: Your cache folder contains root-owned files (all of it: .toolchain/npm.log)',
    )
  })

  test.each(['npm error', 'npm ERR!'])('anything else npm says (%s)', async prefix => {
    npm(`echo "${prefix} code E404"; echo "${prefix} 404 no such version"; echo "${prefix} more"; exit 1`)
    expect(await failure()).toMatch(/^bootstrap: npm could not install the toolchain: 404 no such version \(.*$/)
    expect(readFileSync(join(box.root, '.toolchain/npm.log'), 'utf8')).toContain('more')
  })

  test('an npm that dies without a word', async () => {
    npm('exit 1')
    expect(await failure()).toMatch(/^bootstrap: npm could not install the toolchain: it gave no reason.*$/)
  })

  test('a node that does not run here', async () => {
    npm(installs({ node: 'exit 127' }))
    expect(await failure()).toMatch(/^bootstrap: the node installed from npm does not run on this machine.*got nothing/)
  })

  test('a pnpm of another version', async () => {
    npm(installs({ pnpm: 'echo 12.0.0' }))
    expect(await failure()).toMatch(/^bootstrap: the pnpm installed from npm does not run.*got 12\.0\.0/)
  })

  test('a clone whose path has a colon', async () => {
    const other = join(box.base, 'a:b')
    await box.sh(`cp -R "${box.root}" "${other}"`)
    box.root = other
    expect(await failure()).toMatch(/^bootstrap: the path .*a:b has a colon in it/)
  })

  test('a .toolchain that is in the way', async () => {
    writeFileSync(join(box.root, '.toolchain'), '')
    const run = await bootstrap()
    expect(run.code).toBe(1)
    expect(run.stderr).toMatch(/^bootstrap: cannot create .*\.toolchain: check the permissions.*\n$/)
  })

  test('a folder that may not be written', async () => {
    // Root may write everywhere, so it becomes nobody for this.
    const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
    chmodSync(box.base, 0o755)
    chmodSync(box.root, 0o555)
    const run = await box.sh('tooling/bootstrap', user)
    chmodSync(box.root, 0o755)
    expect(run).toMatchObject({ code: 1, stderr: expect.stringMatching(/^bootstrap: cannot create .*\n$/) })
  })
})

test('an interrupted run is not taken for a whole one', async () => {
  const started = join(box.base, 'started')
  npm(`${installs()}; : >"${started}"; exec sleep 60`)
  // A group of its own, as a terminal makes one: Ctrl-C reaches the shell and npm alike. It must not find a stand-in that
  // waits for a program of its own, for then dash may go on.
  const child = spawn(join(box.bin, 'sh'), ['tooling/bootstrap', '--path'], {
    cwd: box.root,
    env: box.env,
    detached: true,
  })
  const closed = new Promise<number | null>(resolve => child.once('close', resolve))
  await until(() => existsSync(started))
  process.kill(-(child.pid ?? 0), 'SIGINT')
  expect(await closed).toBe(130)
  expect(left()).toEqual([])
  npm(installs())
  expect((await bootstrap('--path')).code).toBe(0)
})

test('bootstraps that run at once all end with the one whole installation', async () => {
  npm(`${installs()}; sleep 0.2`)
  const runs = await Promise.all([1, 2, 3, 4].map(() => bootstrap('--path')))
  for (const run of runs) expect(run).toMatchObject({ code: 0, stdout: `${home()}/node_modules/.bin\n` })
  expect(left()).toEqual([`node-${NODE}-pnpm-${PNPM}`])
  expect(readdirSync(home()).sort()).toEqual(['node_modules', 'package.json'])
})

test('with-toolchain passes arguments and the exit code through, and stops when there is no toolchain', async () => {
  expect((await box.sh(`tooling/with-toolchain sh -c 'echo "$1"; exit 7' - 'a  b'`)).stdout).toBe('a  b\n')
  expect((await box.sh(`tooling/with-toolchain sh -c 'exit 7'`)).code).toBe(7)
  expect((await box.sh('tooling/with-toolchain')).code).toBe(64)
  rmSync(join(box.root, '.toolchain'), { recursive: true })
  box.without('npm')
  expect(await box.sh('tooling/with-toolchain echo not reached')).toMatchObject({ code: 1, stdout: '' })
})

/** The body of an npm that does what `npm install --prefix` would. The node it installs is a stand-in that can rename. */
function installs({ node = '', pnpm = `echo ${PNPM}` } = {}): string {
  const standIn = `case "$1" in -p) echo ${NODE} ;; *) exec '${process.execPath}' "$@" ;; esac`
  return `mkdir -p "$prefix/node_modules/.bin"
cat >"$prefix/node_modules/.bin/node" <<'END'
#!/bin/sh
${node || standIn}
END
cat >"$prefix/node_modules/.bin/pnpm" <<'END'
#!/bin/sh
${pnpm}
END
chmod +x "$prefix/node_modules/.bin/node" "$prefix/node_modules/.bin/pnpm"`
}

function npm(body: string): void {
  box.program('npm', `prefix=$3\n${body}`)
}

function home(): string {
  return join(box.root, `.toolchain/node-${NODE}-pnpm-${PNPM}`)
}

function left(): string[] {
  return box.has('.toolchain') ? readdirSync(join(box.root, '.toolchain')).sort() : []
}

function bootstrap(...args: string[]) {
  return box.sh(['tooling/bootstrap', ...args].join(' '))
}
