import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Bin } from './bin.ts'
import { fixture, freePort, get, launch, PATIENT, start, temporaryFolder, until } from './helpers.ts'
import { Traffic } from './traffic.ts'

const app = fixture('further-ports.mjs')

test('a further port is open in all workers at once, through reloads and recycling, and loses no request', async () => {
  const METRICS_PORT = String(await freePort())
  const metrics = `http://127.0.0.1:${METRICS_PORT}`
  const handle = await start({ ...PATIENT, app, workers: 2, env: { ...process.env, METRICS_PORT }, maxRequests: 100 })
  const traffic = [
    new Traffic({ url: metrics, clients: 8, handlerMs: [5, 200], note: body => body }),
    new Traffic({ url: handle.url, clients: 8 }),
  ]
  for (const generation of [2, 3]) expect(await handle.reload()).toMatchObject({ generation })
  await handle.once('drain', ({ reason }) => reason === 'max_requests')
  await traffic[0]!.answered(100)
  const tallies = await Promise.all(traffic.map(each => each.stop()))
  expect(tallies.map(({ lost }) => lost)).toEqual([[], []])
  const answerers = [...tallies[0]!.bodies.keys()]
  for (const generation of [1, 2, 3]) expect(answerers.some(body => body.endsWith(` ${generation}`))).toBe(true)
  expect(new Set(answerers.map(body => body.split(' ')[3])).size).toBe(2)
})

test('a request on a further port that is in flight is answered when everything stops', async () => {
  const METRICS_PORT = String(await freePort())
  const handle = await start({ app, workers: 2, env: { ...process.env, METRICS_PORT } })
  const url = `http://127.0.0.1:${METRICS_PORT}`
  const inFlight = get(`${url}/?ms=800`)
  await get(url)
  expect(await handle.stop()).toEqual({ code: 0 })
  expect((await inFlight).body).toMatch(/^metrics of worker/)
  await expect(get(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('a canary of broken code leaves the further port as it was', async () => {
  const METRICS_PORT = String(await freePort())
  const handle = await start({ app, workers: 1, env: { ...process.env, METRICS_PORT, BROKEN: '1' } })
  await expect(handle.reload()).rejects.toMatchObject({ code: 'reload_failed' })
  expect((await get(`http://127.0.0.1:${METRICS_PORT}`)).body).toBe('metrics of worker 1 of generation 1')
})

test('a port that a server opens while it serves is shared as well', async () => {
  const [METRICS_PORT, LATE] = [String(await freePort()), String(await freePort())]
  const handle = await start({ app, workers: 2, env: { ...process.env, METRICS_PORT, LATE } })
  const answers = await Promise.all(Array.from({ length: 12 }, () => get(`${handle.url}/open`)))
  // The first call in each worker opens it; a further one in the same worker gets a copy, too.
  expect(new Set(answers.map(({ body }) => body))).toEqual(new Set([LATE]))
  expect((await get(`http://127.0.0.1:${LATE}`)).body).toMatch(/^late/)
})

test('a further port that is taken, also by the application itself, is an error of that server', async () => {
  const taken = net.createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => taken.once('listening', resolve))
  onTestFinished(() => void taken.close())
  const { port } = taken.address() as net.AddressInfo
  const handle = await launch({ app, workers: 1, env: { ...process.env, METRICS_PORT: String(port) } })
  expect((await handle.done).reason).toContain(`listen EADDRINUSE: 127.0.0.1:${port}`)
})

test('a new primary takes over the further ports', async () => {
  const METRICS_PORT = String(await freePort())
  const runtime = temporaryFolder()
  const bin = new Bin([app, '--workers', '1', '--port', '0', '--log-format', 'json', '--idle-window', '5s'], {
    env: { XDG_RUNTIME_DIR: runtime, METRICS_PORT },
  })
  await bin.serving()
  const traffic = new Traffic({ url: `http://127.0.0.1:${METRICS_PORT}`, clients: 4 })
  bin.child.kill('SIGUSR2')
  const { successor } = await bin.line('has taken over')
  await traffic.answered(50)
  const { lost } = await traffic.stop()
  process.kill(successor as number, 'SIGTERM')
  await bin.exit
  expect(lost).toEqual([])
})

test('a port that no worker wants any more is closed', async () => {
  const envFile = path.join(temporaryFolder(), 'env')
  const [first, second] = [String(await freePort()), String(await freePort())]
  writeFileSync(envFile, `METRICS_PORT=${first}\n`)
  const handle = await start({ app, workers: 1, envFile })
  expect((await get(`http://127.0.0.1:${first}`)).status).toBe(200)
  writeFileSync(envFile, `METRICS_PORT=${second}\n`)
  const settled = handle.once('settled')
  await handle.reload()
  await settled
  expect((await get(`http://127.0.0.1:${second}`)).status).toBe(200)
  await expect(get(`http://127.0.0.1:${first}`)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

describe('a unix socket of a further server', () => {
  /** Clients that ask one request after the other, each on a connection of its own; the result stops them. */
  function clients(socketPath: string) {
    const answers = new Set<string>()
    const lost: unknown[] = []
    let stopping = false
    const ask = async () => {
      while (!stopping) {
        await get('http://localhost/?ms=2', { socketPath }).then(
          ({ body }) => answers.add(body),
          error => lost.push(error),
        )
      }
    }
    const running = Array.from({ length: 4 }, ask)
    return async () => {
      stopping = true
      await Promise.all(running)
      return { answers: [...answers], lost }
    }
  }

  test('is shared by all workers, through reloads, and loses no request', async () => {
    const folder = temporaryFolder()
    const METRICS_PATH = path.join(folder, 'metrics.sock')
    const handle = await start({ ...PATIENT, app, workers: 2, env: { ...process.env, METRICS_PATH } })
    const stop = clients(METRICS_PATH)
    for (const generation of [2, 3]) {
      const settled = handle.once('settled', event => event.generation === generation)
      await handle.reload()
      await settled
      expect((await get('http://localhost/', { socketPath: METRICS_PATH })).body).toMatch(`generation ${generation}`)
    }
    const { answers, lost } = await stop()
    expect(lost).toEqual([])
    expect(new Set(answers.map(body => body.split(' ')[3])).size).toBe(2)
    expect(await handle.stop()).toEqual({ code: 0 })
    expect(readdirSync(folder)).toEqual([])
  })

  test('is restored after the application has removed its file, before it listens or when it ends', async () => {
    const METRICS_PATH = path.join(temporaryFolder(), 'metrics.sock')
    const env = { ...process.env, METRICS_PATH, REMOVES: '1' }
    const handle = await start({ app, workers: 1, env, heartbeatIntervalMs: 50 })
    const settled = handle.once('settled', ({ generation }) => generation === 2)
    await handle.reload()
    await settled
    const answer = await until(
      () => get('http://localhost/', { socketPath: METRICS_PATH }).catch(() => undefined),
      response => response !== undefined,
    )
    expect(answer?.body).toBe('metrics of worker 1 of generation 2')
  })

  test('is where a new primary finds it, and gone with the last one', async () => {
    const [runtime, folder] = [temporaryFolder(), temporaryFolder()]
    const METRICS_PATH = path.join(folder, 'metrics.sock')
    const bin = new Bin([app, '--workers', '1', '--port', '0', '--log-format', 'json', '--idle-window', '5s'], {
      env: { XDG_RUNTIME_DIR: runtime, METRICS_PATH },
    })
    await bin.serving()
    const stop = clients(METRICS_PATH)
    bin.child.kill('SIGUSR2')
    const { successor } = await bin.line('has taken over')
    await get('http://localhost/', { socketPath: METRICS_PATH })
    expect((await stop()).lost).toEqual([])
    process.kill(successor as number, 'SIGTERM')
    await until(
      () => existsSync(METRICS_PATH),
      exists => !exists,
    )
    await until(
      () => readdirSync(folder),
      files => files.length === 0,
    )
  })

  test('that another process serves is an error of that server', async () => {
    const METRICS_PATH = path.join(temporaryFolder(), 'metrics.sock')
    const taken = net.createServer().listen(METRICS_PATH)
    await new Promise(resolve => taken.once('listening', resolve))
    onTestFinished(() => void taken.close())
    const handle = await launch({
      app: fixture('further-paths.mjs'),
      workers: 1,
      env: { ...process.env, METRICS_PATH },
    })
    expect((await handle.done).reason).toContain(`listen EADDRINUSE: ${METRICS_PATH}`)
  })

  test('has the permissions that listen asks for', async () => {
    const METRICS_PATH = path.join(temporaryFolder(), 'metrics.sock')
    await start({ app: fixture('further-paths.mjs'), workers: 2, env: { ...process.env, METRICS_PATH } })
    expect(statSync(METRICS_PATH).mode & 0o777).toBe(0o777)
  })
})
