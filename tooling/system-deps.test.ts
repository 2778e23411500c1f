import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ScriptSandbox } from './script-sandbox.ts'

let box: ScriptSandbox
beforeEach(() => {
  box = new ScriptSandbox(['system-deps'])
  box.env.DESTDIR = box.base // where it would write outside of its own folders
  box.env.SBIN = '' // this machine's own programs must not count
  mkdirSync(join(box.base, 'usr/sbin'), { recursive: true })
  box.program('id', 'echo 1000')
  const there = 'nginx haproxy chromium systemd-analyze ssh-keygen minisign sshd zsh fish buildah debootstrap'.split(
    ' ',
  )
  for (const program of there) box.program(program, '')
})
afterEach(() => box[Symbol.dispose]())

const aptLog = () => join(box.base, 'apt')
/** An apt-get that installs by putting a program into PATH. */
const apt = (install: string) =>
  box.program(
    'apt-get',
    `echo "$*" >>"${aptLog()}"\n[ -e "${policy()}" ] || echo "services would start" >>"${aptLog()}"\n${install}`,
  )
const policy = () => join(box.base, 'usr/sbin/policy-rc.d')
const missing = 'system-deps: pgbouncer is missing, its tests skip'

describe('system-deps', () => {
  test('lists what is installed and what is missing, and installs nothing unasked', async () => {
    apt('')
    const { code, stdout } = await box.sh('tooling/system-deps')
    expect(code).toBe(0)
    expect(stdout).toContain('system-deps: nginx is there (a reverse proxy in front of the server)\n')
    expect(stdout).toContain(missing)
    expect(existsSync(aptLog())).toBe(false)
  })

  test('installs what is missing as root, with no service started and nothing left behind', async () => {
    box.program('id', 'echo 0')
    apt(`case "$*" in *pgbouncer) cp "${join(box.bin, 'nginx')}" "${join(box.bin, 'pgbouncer')}" ;; esac`)
    const { code, stdout } = await box.sh('tooling/system-deps --install')
    expect(code).toBe(0)
    expect(stdout).toContain('system-deps: installing pgbouncer \n')
    expect(stdout).toContain('system-deps: pgbouncer is there')
    const log = readFileSync(aptLog(), 'utf8')
    expect(log).toMatch(/ update\n.* install --no-install-recommends pgbouncer\n$/)
    expect(log).not.toContain('services would start')
    expect(existsSync(policy())).toBe(false)
  })

  test('uses a sudo that asks nothing, and does without one that asks', async () => {
    apt('')
    box.program('sudo', `[ "$1" = -n ] && shift && exec "$@"`)
    expect((await box.sh('tooling/system-deps --install')).stdout).toContain('installing pgbouncer')
    box.program('sudo', 'exit 1')
    const { code, stdout } = await box.sh('tooling/system-deps --install')
    expect(code).toBe(0)
    expect(stdout).toContain('nothing installed: that needs root')
    expect(stdout).toContain(missing)
  })

  test('never fails a run: not without apt, not when apt fails', async () => {
    box.program('id', 'echo 0')
    const bare = await box.sh('tooling/system-deps --install')
    expect(bare).toMatchObject({ code: 0, stdout: expect.stringContaining('this machine has no apt-get') })
    apt('echo "E: Unable to locate package"; exit 100')
    const failed = await box.sh('tooling/system-deps --install')
    expect(failed.code).toBe(0)
    expect(failed.stdout).toContain('could not install pgbouncer: E: Unable to locate package')
    expect(failed.stdout).toContain(missing)
    expect(existsSync(policy())).toBe(false)
  })

  test('does nothing if nothing is missing', async () => {
    box.program('id', 'echo 0')
    box.program('pgbouncer', '')
    apt('')
    expect((await box.sh('tooling/system-deps --install')).stdout).not.toContain('missing')
    expect(existsSync(aptLog())).toBe(false)
  })
})
