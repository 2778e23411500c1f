import { existsSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ListenCapture } from './capture-listen.ts'

function installed(port = 0): ListenCapture {
  const capture = new ListenCapture()
  const original = net.Server.prototype.listen
  capture.install(port)
  onTestFinished(() => {
    net.Server.prototype.listen = original
  })
  return capture
}

function server(): net.Server {
  const made = net.createServer()
  onTestFinished(() => void made.close(() => undefined))
  return made
}

test.each([
  ['a port', [8080]],
  ['a port as text', ['8080']],
  ['a port and a host', [8080, '0.0.0.0']],
  ['options', [{ port: 8080, host: '::' }]],
])('%s binds nothing, and the server believes that it listens', async (_, args) => {
  const capture = installed()
  const it = server()
  const heard = new Promise<void>(resolve => it.listen(...(args as [number]), resolve))
  await heard
  expect(it.listening).toBe(true)
  expect(it.address()).toMatchObject({ port: 8080 })
  expect(await capture.application(0)).toBe(it)
  // Nobody has the port: it can be had.
  capture.release(it)
  const other = server()
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
  expect(other.listening).toBe(true)
})

test('one that listens later is waited for', async () => {
  const capture = installed()
  const first = capture.application(0)
  const it = server()
  setImmediate(() => it.listen(8080))
  expect(await first).toBe(it)
})

test('a path is bound only once it is clear which server is the application, and is none itself', async () => {
  const capture = installed()
  const file = path.join(tmpdir(), `propane-capture-${process.pid}.sock`)
  onTestFinished(() => rmSync(file, { force: true }))
  const [admin, application] = [server(), server()]
  await new Promise<void>(resolve => admin.listen(file, resolve))
  expect([admin.address(), existsSync(file), capture.elsewhere]).toEqual([file, false, [file]])
  setImmediate(() => application.listen(8080))
  expect(await capture.application(8080)).toBe(application)
  const listens = new Promise<void>(resolve => admin.on('listening', resolve))
  capture.release(application)
  await listens
  expect([admin.address(), existsSync(file)]).toEqual([file, true])
})

test('further servers listen for real once it is clear which one is the application', async () => {
  const capture = installed()
  const [application, twin, metrics] = [server(), server(), server()]
  application.listen(8080, '127.0.0.1')
  twin.listen(8080, '::1')
  metrics.listen(0, '127.0.0.1')
  await capture.application(8080)
  const listens = new Promise<void>(resolve => metrics.on('listening', resolve))
  capture.release(application)
  await listens
  expect((metrics.address() as net.AddressInfo).port).toBeGreaterThan(0)
  const reached = net.connect((metrics.address() as net.AddressInfo).port, '127.0.0.1')
  await new Promise<void>(resolve => reached.once('connect', resolve))
  reached.destroy()
  expect(capture.captured).toHaveLength(3)
  expect((twin.address() as net.AddressInfo).port).toBe(8080)
})

test('the application is the server on the port expected, whichever listens first', async () => {
  const capture = installed()
  const [metrics, application] = [server(), server()]
  metrics.listen(9464)
  setImmediate(() => application.listen(8080))
  expect(await capture.application(8080)).toBe(application)
})

test('a server that only this machine can reach is not the application where another can be reached', async () => {
  const capture = installed()
  const [metrics, application] = [server(), server()]
  metrics.listen(9464, '127.0.0.1')
  setTimeout(() => application.listen(4000), 100)
  expect(await capture.application(8080)).toBe(application)
})

test('where several could be the application they are named', async () => {
  const capture = installed()
  server().listen(9464)
  server().listen({ port: 4000, host: '::' })
  await expect(capture.application(8080)).rejects.toThrow(
    /listens on \*:9464 and :::4000, and nothing says which .* process\.env\.PORT \(8080\)/,
  )
})

test('a server on any port of the loopback address listens for real at once, if the port of the application is known', async () => {
  const capture = installed(8080)
  const [own, application] = [server(), server()]
  await new Promise<void>(resolve => own.listen(0, '127.0.0.1', resolve))
  expect((own.address() as net.AddressInfo).port).toBeGreaterThan(0)
  application.listen(8080)
  expect(await capture.application(8080)).toBe(application)
  expect(capture.captured.map(({ server: each }) => each)).toEqual([application])
})
