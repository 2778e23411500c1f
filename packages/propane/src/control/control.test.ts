import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../test/helpers.ts'
import { propaneError } from '../errors.ts'
import { sendCommand } from './control-client.ts'
import {
  checkControlSocket,
  controlFolder,
  defaultControlPath,
  ensureOwnFolder,
  findControlSockets,
} from './control-path.ts'
import { type ControlRequest, ControlServer } from './control-server.ts'

/** A server that does what `run` says, in a folder of its own. */
async function served(run: (request: ControlRequest) => Promise<unknown>, file?: string): Promise<ControlServer> {
  const server = new ControlServer(file ?? path.join(temporaryFolder(), 'own', 'control.sock'), run)
  onTestFinished(() => server.close())
  await server.listen()
  return server
}

/** What comes back for these bytes. */
function raw(file: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = net.connect(file, () => socket.write(bytes))
    socket.on('data', chunk => {
      text += chunk
    })
    socket.once('error', reject)
    socket.once('close', () => resolve(text))
  })
}

test('a command comes back with its result, or with the code and message of its error', async () => {
  const { path: file } = await served(async ({ command, workers }) => {
    if (command === 'scale') return { workers }
    throw propaneError('reload_failed', { reason: 'no database' })
  })
  expect(await sendCommand(file, { command: 'scale', workers: 3 })).toEqual({ workers: 3 })
  await expect(sendCommand(file, { command: 'reload' })).rejects.toMatchObject({
    code: 'reload_failed',
    message: 'The reload failed; the old workers keep serving: no database',
  })
})

test('only its owner may open it, and the folder that is made for it', async () => {
  const { path: file } = await served(async () => null)
  expect(statSync(file).mode & 0o777).toBe(0o700)
  expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700)
})

test('nonsense is answered with an error, and what never ends is cut off', async () => {
  const asked: ControlRequest[] = []
  const { path: file } = await served(async request => asked.push(request))
  expect(JSON.parse(await raw(file, 'hello\n'))).toMatchObject({ ok: false, error: { code: 'command_failed' } })
  expect(await raw(file, 'x'.repeat(5000))).toBe('')
  expect(asked).toEqual([])
  expect(await sendCommand(file, { command: 'status' })).toBe(1)
})

test('a client that leaves before its answer does no harm', async () => {
  let answer: (value: string) => void = () => undefined
  let heard: () => void = () => undefined
  const asked = new Promise<void>(resolve => {
    heard = resolve
  })
  const server = await served(async ({ command }) => {
    if (command !== 'slow') return 'quick'
    heard()
    return new Promise<string>(resolve => {
      answer = resolve
    })
  })
  const socket = net.connect(server.path, () => socket.write('{"command":"slow"}\n'))
  await asked
  socket.destroy()
  expect(await sendCommand(server.path, { command: 'quick' })).toBe('quick')
  answer('late')
  await server.close()
  expect(existsSync(server.path)).toBe(false)
})

test('one that answers is respected, what a crash left is replaced, and a file that is not a socket stays', async () => {
  const folder = temporaryFolder()
  const file = path.join(folder, 'control.sock')
  await served(async () => 'first', file)
  await expect(served(async () => 'second', file)).rejects.toMatchObject({ code: 'propane_running' })
  expect(await sendCommand(file, { command: 'x' })).toBe('first')
  const precious = path.join(folder, 'precious')
  writeFileSync(precious, 'data')
  await expect(served(async () => null, precious)).rejects.toThrow('a file that is not a socket is there')
  expect(readFileSync(precious, 'utf8')).toBe('data')
})

test('a folder that others may write is refused', async () => {
  const folder = path.join(temporaryFolder(), 'open')
  mkdirSync(folder)
  chmodSync(folder, 0o777)
  expect(() => ensureOwnFolder(folder)).toThrow('may be written by others')
  await expect(served(async () => null, path.join(folder, 'control.sock'))).rejects.toThrow('may be written by others')
})

test('without an answer, or if the connection ends first, the error says so', async () => {
  const file = path.join(temporaryFolder(), 'nobody.sock')
  await expect(sendCommand(file, { command: 'status' })).rejects.toMatchObject({ code: 'propane_not_running' })
  const mute = net.createServer(socket => socket.end('{"ok":')).listen(file)
  onTestFinished(() => void mute.close())
  await expect(sendCommand(file, { command: 'stop' })).rejects.toMatchObject({
    code: 'command_failed',
    message: 'propane ended before it said what came of stop',
  })
})

test('the default folder is that of the service, of the session, or one of the user', () => {
  expect(controlFolder({ RUNTIME_DIRECTORY: '/run/shop:/run/other', XDG_RUNTIME_DIR: '/run/user/1' })).toBe('/run/shop')
  expect(controlFolder({ XDG_RUNTIME_DIR: '/run/user/1' })).toBe('/run/user/1/propane')
  expect(controlFolder({})).toMatch(/propane-\d+$/)
})

test('applications, and instances of one, have sockets of their own, which are found while they answer', async () => {
  const env = { XDG_RUNTIME_DIR: temporaryFolder() }
  const files = [
    defaultControlPath('/srv/a/app.js', 3000, env),
    defaultControlPath('/srv/a/app.js', 3001, env),
    defaultControlPath('/srv/b/app.js', '/run/b.sock', env),
  ]
  expect(new Set(files).size).toBe(3)
  expect(await findControlSockets(undefined, env)).toEqual([])
  for (const file of files) await served(async () => null, file)
  writeFileSync(path.join(path.dirname(files[0]!), 'left.sock'), '')
  expect((await findControlSockets(undefined, env)).sort()).toEqual(files.toSorted())
  expect((await findControlSockets('/srv/a/app.js', env)).sort()).toEqual(files.slice(0, 2).toSorted())
})

test('from a shell beside a unit, sockets are found in the runtime directories of services', async () => {
  const run = temporaryFolder()
  const env = { XDG_RUNTIME_DIR: temporaryFolder() }
  const file = path.join(run, 'shop', path.basename(defaultControlPath('/srv/shop/app.js', 3000, env)))
  expect(await findControlSockets(undefined, env, run)).toEqual([])
  await served(async () => null, file)
  await served(async () => null, path.join(run, 'other', 'manager.sock'))
  expect(await findControlSockets(undefined, env, run)).toEqual([file])
  expect(await findControlSockets('/srv/shop/app.js', env, run)).toEqual([file])
  expect(await findControlSockets('/srv/other/app.js', env, run)).toEqual([])
})

describe('a client believes no socket that another user could have put there:', () => {
  test('one in a folder that others may write', async () => {
    const { path: file } = await served(async () => 1)
    chmodSync(path.dirname(file), 0o777)
    await expect(sendCommand(file, { command: 'status' })).rejects.toMatchObject({
      code: 'command_failed',
      message: expect.stringMatching(/not trusted: others may write its folder/),
    })
    chmodSync(path.dirname(file), 0o1777) // as /tmp: only the owner may replace what is there
    expect(await sendCommand(file, { command: 'status' })).toBe(1)
  })

  test('one of another user, and what is not a socket', async () => {
    const { path: file } = await served(async () => 1)
    const { uid } = statSync(file)
    if (uid === 0) checkControlSocket(file, 4711)
    else expect(() => checkControlSocket(file, 4711)).toThrow(/belongs to another user/)
    const plain = path.join(temporaryFolder(), 'control.sock')
    writeFileSync(plain, '')
    await expect(sendCommand(plain, { command: 'status' })).rejects.toThrow(/not a socket/)
    if (uid === 0) {
      chownSync(file, 4711, 4711)
      expect(() => checkControlSocket(file, 4712)).toThrow(/belongs to another user/)
    }
  })

  test('a missing folder means that no propane answers', async () => {
    await expect(sendCommand('/nowhere/x.sock', { command: 'status' })).rejects.toMatchObject({
      code: 'propane_not_running',
    })
  })
})
