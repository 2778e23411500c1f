import { existsSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../test/helpers.ts'
import { type AccessoryInput, resolveAccessories } from '../accessories.ts'
import { adoptAll, answers, bind, inUse, removeStale } from './bind.ts'
import { formatAddress } from './listening-socket.ts'

async function bound(input: AccessoryInput): ReturnType<typeof bind> {
  const sockets = await bind(resolveAccessories({ port: 0, ...input }))
  onTestFinished(() => {
    for (const { handle } of sockets) handle.close()
  })
  return sockets
}

test('a name is resolved, and port 0 becomes a free one', async () => {
  const [socket] = await bound({ host: 'localhost' })
  expect(socket!.port).toBeGreaterThan(0)
  expect(socket!.address).toMatch(/^(127\.0\.0\.1|\[::1\]):\d+$/)
  expect(formatAddress('::', 80)).toBe('[::]:80')
})

test('a bound socket is not connected to before a worker listens', async () => {
  const [socket] = await bound({})
  const refused = await new Promise<string>(resolve => {
    net.connect(socket!.port!, '127.0.0.1').once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
  })
  expect(refused).toBe('ECONNREFUSED')
})

test('addresses that cannot be had are refused with a reason that can be read', async () => {
  const server = net.createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as net.AddressInfo
  await expect(bound({ port })).rejects.toMatchObject({ code: 'port_in_use' })
  await expect(bound({ host: '192.0.2.1' })).rejects.toMatchObject({
    message: 'Cannot listen on 192.0.2.1:0: this machine has no such address',
  })
  await expect(bound({ host: 'no-such-name.invalid' })).rejects.toMatchObject({ code: 'bind_failed' })
  await expect(bound({ socketPath: '/nowhere/app.sock' })).rejects.toMatchObject({
    code: expect.stringMatching(/^bind_/),
  })
  expect(inUse('/run/app.sock').message).toBe(
    '/run/app.sock is already in use. Stop that process or choose another port.',
  )
})

test('only a socket file without a listener is removed', async () => {
  const folder = temporaryFolder()
  const [live, precious, stale] = ['live', 'precious', 'stale'].map(name => path.join(folder, name)) as [
    string,
    string,
    string,
  ]
  const server = net.createServer(socket => socket.destroy())
  await new Promise<void>(resolve => server.listen(live, resolve))
  onTestFinished(() => void server.close())
  writeFileSync(precious, 'data')
  await bound({ socketPath: stale })
  expect([await answers(live), await answers(stale), await answers(precious)]).toEqual([true, false, false])
  await expect(removeStale(live)).rejects.toMatchObject({ code: 'port_in_use' })
  await removeStale(precious)
  await removeStale(stale)
  expect([live, precious, stale].map(existsSync)).toEqual([true, true, false])
})

test('a descriptor that is not a socket is not taken over', () => {
  expect(() => adoptAll([987])).toThrow(expect.objectContaining({ code: 'systemd_sockets_missing' }))
})
