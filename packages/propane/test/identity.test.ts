import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { command, type PropaneStatus } from '../src/index.ts'
import { Bin } from './bin.ts'
import { fixture, get, start, temporaryFolder, until } from './helpers.ts'

const isRoot = process.getuid?.() === 0

/** A user of this machine that is in a further group, as `[name, uid, gid, home, group]`. */
function userOfSeveralGroups(): [string, number, number, string, number] | undefined {
  const read = (file: string) =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map(line => line.split(':'))
  const groups = read('/etc/group')
  for (const [name, , uid, gid, , home] of read('/etc/passwd')) {
    const further = groups.find(([, , id, members]) => id !== gid && members?.split(',').includes(name!))
    if (further && uid !== '0') return [name!, Number(uid), Number(gid), home!, Number(further[2])]
  }
  return undefined
}

const user = isRoot ? userOfSeveralGroups() : undefined

test.skipIf(!user)(
  'workers of a user have its further groups, HOME and USER (needs root and a user of two groups)',
  async () => {
    const [name, uid, gid, home, further] = user!
    const handle = await start({ app: fixture('says-who.ts'), workers: 1, user: name, umask: '027' })
    const said = JSON.parse((await get(handle.url)).body) as { groups: number[] }
    expect(said).toMatchObject({ uid, gid, home, user: name, logname: name, umask: 0o027 })
    expect(said.groups).toContain(further)
    expect(said.groups).not.toContain(0)
  },
)

test.skipIf(!isRoot)('a user by its id alone, and a group, are taken as they are (needs root)', async () => {
  const handle = await start({ app: fixture('says-who.ts'), workers: 1, user: '4711', group: '4712' })
  expect(JSON.parse((await get(handle.url)).body)).toMatchObject({ uid: 4711, gid: 4712, groups: [4712] })
})

test('the unix socket has the mode and group that it is given', async () => {
  const socketPath = path.join(temporaryFolder(), 'app.sock')
  const { gid } = statSync(path.dirname(socketPath))
  await start({
    app: fixture('listener.ts'),
    workers: 1,
    socketPath,
    socketMode: '660',
    socketGroup: isRoot ? '4712' : String(gid),
  })
  expect(statSync(socketPath).mode & 0o777).toBe(0o660)
  expect(statSync(socketPath).gid).toBe(isRoot ? 4712 : gid)
  const byUmask = path.join(temporaryFolder(), 'app.sock')
  await start({ app: fixture('listener.ts'), workers: 1, socketPath: byUmask, umask: '077' })
  expect(statSync(byUmask).mode & 0o777).toBe(0o700)
})

test('an upgrade keeps address, socket file and control socket, and the last one removes the file', async () => {
  const folder = temporaryFolder()
  const socketPath = path.join(folder, 'app.sock')
  const controlSocket = path.join(folder, 'control.sock')
  const files = ['--socket-path', socketPath, '--control-socket', controlSocket]
  const bin = new Bin([fixture('listener.ts'), '--workers', '1', '--log-format', 'json', ...files])
  await bin.line('serving on')
  const status = () => command({ command: 'status', controlSocket }) as Promise<PropaneStatus>
  const before = await status()
  const ended = once(bin.child, 'exit') // its output stays open: its successor has it
  await command({ command: 'upgrade', controlSocket })
  await ended
  const after = await until(
    () => status().catch(() => before),
    ({ pid, settled }) => pid !== before.pid && settled,
  )
  expect(after.addresses).toEqual([socketPath])
  expect((await get('http://localhost/', { socketPath })).status).toBe(200)
  await command({ command: 'stop', controlSocket })
  await until(
    () => existsSync(socketPath) || existsSync(controlSocket),
    there => !there,
  )
})
