import net from 'node:net'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../test/helpers.ts'
import { listenTarget, sharedTarget } from './listen-target.ts'

/** What Node.js makes of the same arguments. */
async function asNode(args: readonly unknown[]): Promise<string> {
  const server = net.createServer()
  onTestFinished(() => void server.close(() => undefined))
  try {
    const listening = new Promise<void>((resolve, reject) => server.once('listening', resolve).once('error', reject))
    server.listen(...(args as [number]))
    await listening
    const address = server.address()
    return typeof address === 'string' ? 'path' : 'tcp'
  } catch {
    return 'other'
  }
}

const file = () => path.join(temporaryFolder(), 'sock')
const nothing = () => undefined

test.each<[string, () => unknown[]]>([
  ['nothing', () => []],
  ['a callback', () => [nothing]],
  ['undefined', () => [undefined]],
  ['null', () => [null]],
  ['0', () => [0]],
  ['a port as text', () => ['0']],
  ['a port and a host', () => [0, '127.0.0.1']],
  ['a port, a backlog and a callback', () => [0, 5, nothing]],
  ['a path', () => [file()]],
  ['a path and a callback', () => [file(), nothing]],
  ['options with a port', () => [{ port: 0 }]],
  ['options with a port as text', () => [{ port: '0' }]],
  ['options with a port and no path', () => [{ port: 0, path: undefined }]],
  ['options with no port and a path', () => [{ port: undefined, path: file() }]],
  ['options with a port and a path', () => [{ port: 0, path: file() }]],
  ['options with a path', () => [{ path: file() }]],
  ['options with a path and no descriptor', () => [{ path: file(), fd: undefined }]],
  ['options with a port and no descriptor', () => [{ port: 0, fd: undefined }]],
  ['options with a port and a negative descriptor', () => [{ port: 0, fd: -1 }]],
  ['options with a port that is null', () => [{ port: null }]],
  ['options with a port that is undefined', () => [{ port: undefined }]],
  ['options with a host alone', () => [{ host: '127.0.0.1' }]],
  ['empty options', () => [{}]],
  ['a port that is too large', () => [65_536]],
  ['a negative port', () => [-1]],
  ['a broken port', () => [1.5]],
  ['options with a port of letters', () => [{ port: 'x' }]],
  ['an empty text', () => ['']],
  ['true', () => [true]],
])('%s is what Node.js makes of it', async (_, make) => {
  const args = make()
  expect(listenTarget(args).kind).toBe(await asNode(args))
})

test('a descriptor outranks a port, and a handle both', () => {
  expect(listenTarget([{ fd: 5, port: 80 }])).toEqual({ kind: 'descriptor', fd: 5 })
  expect(listenTarget([{ handle: {}, port: 80 }])).toEqual({ kind: 'other' })
})

test('workers share ports and files, unless each is to have its own', () => {
  const socket = path.resolve('x.sock')
  expect(sharedTarget(['x.sock'])).toMatchObject({ path: socket, port: 0, mode: 0, backlog: 511 })
  expect(sharedTarget([{ path: socket, writableAll: true, backlog: 7 }])).toMatchObject({ mode: 0o222, backlog: 7 })
  expect(sharedTarget(['\0name'])).toMatchObject({ path: '\0name' })
  expect(sharedTarget([80, '::1'])).toMatchObject({ path: '', port: 80, host: '::1' })
  for (const args of [[0], [{ path: socket, exclusive: true }], [{ port: 80, reusePort: true }], [{ fd: 5 }]]) {
    expect(sharedTarget(args)).toBeUndefined()
  }
})
