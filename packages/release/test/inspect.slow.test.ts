import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type DeployTarget, initHosts, initTarget, inspectHosts } from '../src/index.ts'
import { freePort, SSHD, SshHosts } from './ssh-hosts.ts'
import { writeFiles } from './support.ts'

/** What the programs of a host say that a test cannot have otherwise: each prints the file of its name. */
const SYSTEM: Readonly<Record<string, string>> = {
  systemctl: 'cat "$0.says"',
  id: 'case "$1" in -u) echo 1000 ;; -un) echo deploy ;; *) cat "$0.says" ;; esac',
  date: 'echo $(($(/bin/date +%s) + $(cat "$0.says")))',
  df: 'case "$1" in -Pm) line=1 ;; *) line=2 ;; esac; echo head; echo "/dev/a 9 9 $(sed -n "$line"p "$0.says") 9% /"',
  sudo: 'exit "$(cat "$0.says")"',
}
const WELL = {
  systemctl: 'LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n',
  id: 'deploy systemd-journal',
  date: '0',
  df: '9000\n9000',
  sudo: '0',
}

describe.skipIf(SSHD === undefined)('doctor, on a host with real ssh (needs openssh-server)', () => {
  const bin = mkdtempSync(join(tmpdir(), 'arlen-system-'))
  const hosts = new SshHosts(`${bin}:/usr/local/bin:/usr/bin:/bin`)
  let target: DeployTarget & { folders: string[] }
  beforeAll(async () => {
    for (const [name, script] of Object.entries(SYSTEM)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
      chmodSync(join(bin, name), 0o755)
    }
    await hosts.start(1)
  })
  afterAll(async () => {
    await hosts.stop()
    rmSync(bin, { recursive: true })
  })

  /** The problems of a host whose programs say this. */
  async function problems(
    says: Partial<typeof WELL> = {},
    {
      changes = {},
      env = 'A=1\n',
      ...asked
    }: { changes?: Partial<DeployTarget>; env?: string; required?: string[] } = {},
  ): Promise<string> {
    for (const [name, text] of Object.entries({ ...WELL, ...says })) writeFileSync(join(bin, `${name}.says`), text)
    target = hosts.target()
    const [folder] = target.folders
    await initTarget(folder!)
    writeFileSync(join(folder!, 'shared/env'), env)
    chmodSync(join(folder!, 'shared/env'), 0o600)
    const { hosts: reports } = await inspectHosts({ target: { ...target, unit: 'shop', ...changes }, ...asked })
    return reports[0]!.problems.join('\n').replaceAll(folder!, '/srv/shop')
  }

  test('finds nothing where all is well', async () => {
    expect(await problems()).toBe('')
  })

  test.each<[string, Partial<typeof WELL>, string]>([
    [
      'a unit that is not there',
      { systemctl: 'LoadState=not-found\nActiveState=inactive\n' },
      'the unit shop is not there (LoadState=not-found ActiveState=inactive). Run arlen deploy <target> init.',
    ],
    [
      'a machine without systemd',
      { systemctl: '' },
      'the unit shop is not there (no systemd). Run arlen deploy <target> init.',
    ],
    [
      'a unit that does not start with the machine',
      { systemctl: WELL.systemctl.replace('enabled', 'disabled') },
      'the unit shop does not start with the machine. Run systemctl enable shop there.',
    ],
    [
      'a unit that has failed',
      { systemctl: WELL.systemctl.replace('active', 'failed') },
      'the unit shop has failed. Run arlen deploy <target> logs.',
    ],
    [
      'a user who may not read the journal',
      { id: 'deploy users' },
      'its user may not read the journal, for logs. Run there as root: usermod -aG systemd-journal deploy',
    ],
    ['a clock that is fast', { date: '120' }, 'its clock is 119 s off. Run an NTP client there.'],
    ['a clock that is slow', { date: '-3600' }, 'its clock is 3599 s off. Run an NTP client there.'],
    ['a disk without room', { df: '12\n900' }, 'only 12 MiB are free on the disk. Run arlen release prune there.'],
    ['a disk without inodes', { df: '9000\n0' }, 'the disk has no inodes left. Remove files there.'],
  ])('finds %s', async (_, says, problem) => {
    expect(await problems(says)).toMatch(problem.replace(/\d+ s/, '') === problem ? problem : /its clock is \d+ s off/)
  })

  test('needs no journal of a unit that logs to a file, and none without a unit', async () => {
    expect(await problems({ id: 'users' }, { changes: { logFile: 'shared/log' } })).toBe('')
    expect(await problems({ id: 'users', systemctl: '' }, { changes: { unit: undefined } as never })).toBe('')
  })

  test('finds a sudo that asks, where the target reloads with sudo', async () => {
    const changes = { reload: 'sudo systemctl reload shop' }
    expect(await problems({}, { changes })).toBe('')
    expect(await problems({ sudo: '1' }, { changes })).toContain('needs a sudo that asks nothing')
  })

  test('names variables that are missing or empty, and never shows a value', async () => {
    const env = 'ARLEN_SESSION_SECRETS=\nMAIL_KEY=hunter2\n'
    const said = await problems({}, { env, required: ['ARLEN_SESSION_SECRETS', 'MAIL_KEY', 'SHOP_KEY'] })
    expect(said).toBe('/srv/shop/shared/env lacks ARLEN_SESSION_SECRETS, SHOP_KEY.')
  })

  test('finds an environment that everybody may read', async () => {
    await problems()
    chmodSync(join(target.folders[0]!, 'shared/env'), 0o644)
    const { hosts: reports } = await inspectHosts({ target })
    expect(reports[0]!.problems.join('\n')).toContain('shared/env may be read by everybody. Run chmod o= ')
  })

  test('finds a Node.js on which the application does not run', async () => {
    await problems()
    const { hosts: reports } = await inspectHosts({ target, nodeRange: '>=99' })
    expect(reports[0]!.problems).toEqual([`its Node.js is ${process.versions.node}; the application runs on >=99.`])
  })

  test('finds a database that does not answer, wherever DATABASE_URL leads', async () => {
    const database = (url: string) => problems({}, { env: `DATABASE_URL=${url}\n` })
    const answering = async (where: { port: number; host: string } | string, answer: string) => {
      const server: Server = createServer(socket =>
        socket
          .on('error', () => undefined)
          .resume()
          .end(answer),
      )
      await new Promise<void>(resolve => server.listen(where as never, resolve))
      onTestFinished(() => new Promise<void>(resolve => server.close(() => resolve())))
    }
    const [closed, postgres, other] = [
      await freePort('127.0.0.1'),
      await freePort('127.0.0.1'),
      await freePort('127.0.0.1'),
    ]
    await answering({ port: postgres, host: '127.0.0.1' }, 'N')
    await answering({ port: other, host: '127.0.0.1' }, 'HTTP/1.1 400 Bad Request\r\n\r\n')
    const sockets = mkdtempSync(join(tmpdir(), 'arlen-socket-'))
    onTestFinished(() => rmSync(sockets, { recursive: true }))
    await answering(`${sockets}/.s.PGSQL.5432`, 'S')
    expect(await database(`postgres://shop@127.0.0.1:${postgres}/shop`)).toBe('')
    expect(await database(`postgres:///shop?host=${sockets}`)).toBe('')
    expect(await database(`host=127.0.0.1 port=${postgres} dbname=shop`)).toBe('')
    expect(await database(`postgres://shop:secret@127.0.0.1:${closed}/shop`)).toBe(
      'the database of DATABASE_URL does not answer: ECONNREFUSED.',
    )
    expect(await database(`postgres://127.0.0.1:${other}/shop`)).toContain('something that is not PostgreSQL')
    expect(await database('postgres:///shop?host=/nowhere')).toContain('does not answer: ENOENT')
  })
})

describe.skipIf(SSHD === undefined)('init, on a host with real ssh (needs openssh-server)', () => {
  test('says which package has a library that the Node.js it brings lacks', async () => {
    // The dynamic linker says so in these words; what is brought is a Node.js that says them.
    const folder = mkdtempSync(join(tmpdir(), 'arlen-node-'))
    const hosts = new SshHosts()
    onTestFinished(async () => {
      await hosts.stop()
      rmSync(folder, { recursive: true })
    })
    await hosts.start(1)
    const { execPath } = process
    const words =
      'node: error while loading shared libraries: libatomic.so.1: cannot open shared object file: No such file'
    writeFiles(folder, { node: `#!/bin/sh\necho '${words}' >&2\nexit 127\n` })
    process.execPath = join(folder, 'node')
    const { node: _, ...rest } = hosts.target()
    const target = { ...rest, bringNode: true }
    const { hosts: reports } = await initHosts({ target }).finally(() => {
      process.execPath = execPath
    })
    expect(reports[0]!.problems).toEqual([
      `Node.js ${process.version} could not be brought: ${words}. Install the package of this library: on Debian, apt-get install libatomic1 libstdc++6.`,
    ])
  })
})
