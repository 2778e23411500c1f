import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from 'arlen'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fullDisk, type TestApp, testApp } from '../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'arlen-faults-'))
const ended: string[] = []
const left = Promise.withResolvers<unknown>()
let t: TestApp

beforeAll(async () => {
  const app = createApp({
    root: folder,
    environment: 'test',
    config: { session: { enabled: false } },
  })
  app.get('/big', c =>
    c.stream(
      (async function* () {
        try {
          for (let i = 0; i < 64; i++) yield Buffer.alloc(16 * 1024, 'x')
          ended.push('big whole')
        } finally {
          ended.push('big left')
        }
      })(),
    ),
  )
  app.post('/upload', async c => {
    try {
      for await (const part of c.req.multipart()) {
        if (part.kind === 'file') await part.save(join(folder, `upload-${ended.length}`))
      }
      return { saved: true }
    } catch (error) {
      left.resolve((error as { code?: string }).code)
      if ((error as { code?: string }).code === 'ENOSPC') return c.problem(507, 'disk_full')
      throw error
    }
  })
  app.get('/slow', () => new Promise(() => undefined))
  app.post('/text', async c => (await c.req.text()).length)
  t = await testApp(app)
})
afterAll(async () => {
  await t.close()
  rmSync(folder, { recursive: true })
})

test('a slow reader gets everything all the same', async () => {
  const outcome = await t.faults.slowReader(t.get('/big'), 50)
  expect(outcome).toMatchObject({ status: 200, whole: true })
  expect(outcome.body).toHaveLength(64 * 16 * 1024)
})

test('a writer slower than the header time-out gets 408', async () => {
  const config = { session: { enabled: false }, http: { headerTimeoutMs: 100 } }
  await using impatient = await testApp(createApp({ root: folder, environment: 'test', config }))
  const outcome = await impatient.faults.slowWriter(impatient.post('/text').body('x'.repeat(500)), 20)
  expect(outcome.status).toBe(408)
})

test('a slow writer within the time-outs is answered', async () => {
  expect(await t.faults.slowWriter(t.get('/slow/not'), 0)).toMatchObject({ status: 404, whole: true })
})

test('an aborted upload is an error inside the handler, and no file stays', async () => {
  const upload = t.post('/upload').multipart({ picture: { filename: 'a.txt', content: 'y'.repeat(900) } })
  await t.faults.abortedUpload(upload, 400)
  expect(await left.promise).toBeDefined()
  await t.get('/slow/not').status(404)
})

test('a client that has said its last is answered', async () => {
  expect(await t.faults.halfOpen(t.post('/text').body('abc'))).toMatchObject({
    status: 200,
    whole: true,
    body: Buffer.from('3'),
  })
})

test('a client that leaves in the middle ends the stream behind it', async () => {
  ended.length = 0
  const outcome = await t.faults.cutResponse(t.get('/big'), 10_000)
  expect(outcome).toMatchObject({ status: 200, whole: false })
  await expect.poll(() => ended).toEqual(['big left'])
})

test('a handler that takes too long is 503', async () => {
  await t.faults.handlerTimeout(t.get('/slow'), 50).status(503)
})

test('a full disk fails what writes into the folder, and only there', async () => {
  const picture = { filename: 'a.txt', content: 'z'.repeat(900) }
  const disk = fullDisk(folder)
  try {
    await t.post('/upload').multipart({ picture }).status(507).problem('disk_full')
    await expect(writeFile(join(folder, 'other'), 'x')).rejects.toThrow('ENOSPC')
    await writeFile(join(tmpdir(), `arlen-elsewhere-${process.pid}`), 'x')
  } finally {
    disk[Symbol.dispose]()
    rmSync(join(tmpdir(), `arlen-elsewhere-${process.pid}`), { force: true })
  }
  await t.post('/upload').multipart({ picture }).status(200)
  expect(readdirSync(folder).length).toBeGreaterThan(0)
})
