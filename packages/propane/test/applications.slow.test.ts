import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { createPropane } from '../src/index.ts'
import { Bin } from './bin.ts'
import { alive, fixture, get, launch, SOURCE, start, temporaryFolder } from './helpers.ts'

describe('runs and stops', () => {
  test.each([
    ['a (req, res) function', 'mixed.ts', /"worker":1/],
    ['a node:http server', 'node-server.ts', /^node:http$/],
    ['a CommonJS module', 'common-js.cjs', /^common js$/],
    ['an Express app that also listens', 'express-app.ts', /^express$/],
    ['a Fastify instance', 'fastify-app.ts', /^fastify$/],
    ['a Fastify program that listens', 'fastify-listens.ts', /^fastify listens itself$/],
    ['a program that listens later', 'listens-itself.ts', /^listens itself$/],
    ['a Servable', 'servable.ts', /^servable$/],
    ['a Koa application', 'koa-app.mjs', /^koa$/],
    ['a Polka application', 'polka-app.mjs', /^polka$/],
    ['a Hono application', 'hono-app.ts', /^hono$/],
    ['a promise of an object with fetch', 'fetch-app.ts', /^fetch GET \/$/],
    ['a program of several servers, by its PORT', 'several-servers.ts', /^the application$/],
  ])('%s', async (_, name, body) => {
    const handle = await start({ app: fixture(name), workers: 1 })
    expect((await get(handle.url)).body).toMatch(body)
    expect(await handle.stop()).toEqual({ code: 0 })
  })
})

test('arguments for the application are in its process.argv, behind its own path, in worker and single process', async () => {
  const app = path.join(temporaryFolder(), 'app.mjs')
  writeFileSync(app, 'export default (req, res) => res.end(JSON.stringify(process.argv.slice(1)))\n')
  const handle = await start({ app, workers: 1, args: ['--verbose', 'x'] })
  expect(JSON.parse((await get(handle.url)).body)).toEqual([app, '--verbose', 'x'])
  const alone = new Bin(['--port', '0', '--workers', '0', '--log-format', 'json', app, '--', '--verbose', 'x'])
  expect(JSON.parse((await get(await alone.serving())).body)).toEqual([app, '--verbose', 'x'])
})

describe('says in one line what is wrong with', () => {
  test.each([
    ['a number', 'exports-number.ts', /exports a number by default: its default export must be/],
    [
      'a module that exports nothing and never listens',
      'exports-nothing.ts',
      /exports nothing by default and never listens/,
    ],
    ['a module that throws', 'throws-at-boot.ts', /^no database \(.*throws-at-boot.ts:2:\d+\)$/],
    ['a module whose promise rejects', 'rejects-at-boot.ts', /^connect ECONNREFUSED 127.0.0.1:5432/],
    ['a missing dependency', 'missing-module.ts', /Cannot find package 'a-package-that-nobody-has-installed'/],
  ])('%s', async (_, name, reason) => {
    const handle = await launch({ app: fixture(name), workers: 2 })
    const pids = handle.status().workers.map(worker => worker.pid)
    const end = await handle.done
    expect(end).toEqual({ code: 1, reason: expect.stringMatching(reason) })
    expect(end.reason).not.toContain('\n')
    expect(pids.filter(alive)).toEqual([])
  })

  test('a syntax error, with its place', async () => {
    const app = path.join(temporaryFolder(), 'app.js')
    writeFileSync(app, 'export default function app() {\n  const = 1\n}\n')
    const handle = await launch({ app, workers: 1 })
    expect((await handle.done).reason).toMatch(/^SyntaxError: .*app\.js:2:9\)$/)
  })

  test('one that is not ready in time: what it was waiting for', async () => {
    const folder = temporaryFolder()
    const place = path.join(folder, 'app.sock')
    const reasonOf = async (app: string) =>
      (await (await launch({ app, workers: 1, bootTimeoutMs: 15_000 })).done).reason
    const written = (name: string, code: string) => {
      writeFileSync(path.join(folder, name), code)
      return path.join(folder, name)
    }
    const reasons = await Promise.all([
      reasonOf(fixture('listens-nowhere-in-time.ts')),
      reasonOf(
        written(
          'else.mjs',
          `import net from 'node:net'\nnet.createServer().listen(${JSON.stringify(place)})\nsetInterval(() => 0, 1000)`,
        ),
      ),
      reasonOf(written('slow.mjs', 'await new Promise(resolve => setTimeout(resolve, 60_000))')),
    ])
    const unheard = 'it exports nothing by default and has not called server.listen() with a port'
    expect(reasons).toEqual([
      `it was not ready within 15s: ${unheard}`,
      `it was not ready within 15s: ${unheard}; it listens on ${place}, which is no port`,
      'it was not ready within 15s: its module is still being loaded',
    ])
  })

  test('one that listens on a unix socket alone: that propane serves a port', async () => {
    const folder = temporaryFolder()
    const app = path.join(folder, 'app.mjs')
    writeFileSync(app, `import net from 'node:net'\nnet.createServer().listen('app.sock')`)
    const handle = await launch({ app, workers: 1 })
    expect((await handle.done).reason).toContain('listens on app.sock alone, which is no port')
  })

  test('one that fails its probe', async () => {
    const handle = await launch({ app: fixture('answers-500.ts'), workers: 1, probePath: '/healthz' })
    expect((await handle.done).reason).toMatch(/^it did not pass the probe: GET \/healthz was answered with 500/)
    const other = await start({ app: fixture('answers-500.ts'), workers: 1, probePath: '/other' })
    expect((await get(other.url)).status).toBe(200)
  })

  test('one that does not exist', async () => {
    const missing = createPropane({ app: '/nowhere/app.js', port: 0, execArgv: SOURCE, logFile: '/dev/null' })
    await expect(missing).rejects.toMatchObject({ code: 'app_not_found' })
  })
})

test('gives workers their identity', async () => {
  const handle = await start({ app: fixture('mixed.ts'), workers: 1, release: 'abc', workerHeader: true })
  const { body, headers } = await get(handle.url)
  expect(JSON.parse(body)).toMatchObject({ worker: 1, generation: 1, release: 'abc' })
  expect(headers['x-propane-worker']).toBe('1; generation=1; release=abc')
})

test('hands Node.js options to the workers', async () => {
  const app = path.join(temporaryFolder(), 'app.js')
  writeFileSync(app, 'export default (req, res) => res.end(process.execArgv.join(" "))')
  const handle = await start({ app, workers: 1, execArgv: [...SOURCE, '--max-old-space-size=123'] })
  expect((await get(handle.url)).body).toContain('--max-old-space-size=123')
})
