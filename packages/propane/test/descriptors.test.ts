import http from 'node:http'
import net from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Bin } from './bin.ts'
import { fixture, get, until } from './helpers.ts'

const LIMIT = 100

/** propane with one worker, both with few descriptors. */
function limited(): Bin {
  const times = ['--heartbeat-interval', '50ms', '--heartbeat-timeout', '5s']
  return new Bin([fixture('holds-files.ts'), '--workers', '1', '--port', '0', '--log-format', 'json', ...times], {
    wrapper: ['sh', '-c', `ulimit -n ${LIMIT}; exec "$@"`, 'sh'],
  })
}

test('more connections than a worker has descriptors wait, and none is lost', async () => {
  const bin = limited()
  const { port } = new URL(await bin.serving())
  const sockets = Array.from({ length: 150 }, () => net.connect(Number(port), '127.0.0.1'))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  const answers = sockets.map(
    socket =>
      new Promise<string>(resolve => {
        let text = ''
        socket.on('data', data => {
          text += data
          if (text.includes('\r\n\r\n')) resolve(text.split('\r\n', 1)[0]!)
        })
        socket.once('error', error => resolve(error.message))
        socket.once('close', () => resolve('closed'))
        socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
      }),
  )
  const warning = await bin.line('limit of')
  expect(warning).toMatchObject({ level: 'warn', limit: LIMIT })
  let answered = 0
  for (const [index, answer] of answers.entries()) {
    expect(await answer).toBe('HTTP/1.1 200 OK')
    answered++
    sockets[index]!.destroy() // makes room for one that waits
  }
  expect(answered).toBe(150)
  expect(bin.lines.filter(({ msg }) => /died|SIGTERM|SIGKILL/.test(msg))).toEqual([])
})

test('a worker out of descriptors keeps reporting and answering, and is not considered hung', async () => {
  const bin = limited()
  const url = await bin.serving()
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  const { body: pid } = await get(url, { agent })
  expect((await get(`${url}/hold`, { agent })).body).toBe('EMFILE')
  const heldAt = performance.now()
  // Longer than the heartbeat timeout: a worker that could not report would be replaced.
  await until(
    () => get(url, { agent }),
    ({ body }) => {
      expect(body).toBe(pid)
      return performance.now() - heldAt > 7500
    },
  )
  await get(`${url}/release`, { agent })
  expect((await get(url)).body).toBe(pid)
  expect(bin.lines.filter(({ msg }) => /died|SIGTERM|SIGKILL/.test(msg))).toEqual([])
})

test('an application that calls process.disconnect() is named as the cause of its end', async () => {
  const bin = new Bin([fixture('holds-files.ts'), '--workers', '1', '--port', '0', '--log-format', 'json'])
  const url = await bin.serving()
  await get(`${url}/disconnect`)
  expect((await bin.line('died')).msg).toContain('its application called process.disconnect()')
})
