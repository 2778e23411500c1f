// A test's request with two assertions on it: @arlen/testing in process against light-my-request (what Fastify's inject
// is) and supertest, each on the same hello, turn by turn. Time is the processor's, so
// that a busy machine does not decide. ROUNDS sets how often, REQUESTS how many a turn.
import assert from 'node:assert/strict'
import { createServer as createNodeServer, type RequestListener } from 'node:http'
import { createServer } from '@arlen/http'
import { type TestApp, testApp } from '@arlen/testing'
import { createApp } from 'arlen'
import fastify from 'fastify'
import inject from 'light-my-request'
import supertest from 'supertest'
import { median } from '../whole/statistics.ts'

const smoke = process.env.BENCH_SMOKE === '1'
const rounds = smoke ? 1 : Number(process.env.ROUNDS ?? 9)
const requests = smoke ? 20 : Number(process.env.REQUESTS ?? 2_000)

/** hello of node:http, which costs the least that there is: what is compared is the client. */
const hello: RequestListener = (_, response) => {
  response.setHeader('content-type', 'application/json')
  response.end('{"hello":"world"}')
}

function helloApp() {
  const app = createApp({ config: { session: { enabled: false }, log: { requests: false } }, environment: 'test' })
  app.get('/', () => ({ hello: 'world' }))
  return app
}

const onEngine = await testApp(createServer(() => ({ hello: 'world' })))
const onNode = await testApp(createNodeServer(hello))
const onArlen = await testApp(helloApp())
const server = createNodeServer(hello)

const onFastify = fastify()
onFastify.get('/', () => ({ hello: 'world' }))

const twice = (t: TestApp) => async () => {
  await t.get('/').status(200).json('/hello', 'world')
}

const contenders: Record<string, () => Promise<void>> = {
  '@arlen/testing on an Arlen application': twice(onArlen),
  '@arlen/testing on @arlen/http': twice(onEngine),
  '@arlen/testing on node:http': twice(onNode),
  "Fastify's inject": async () => {
    const response = await onFastify.inject('/')
    assert.equal(response.statusCode, 200)
    assert.equal((response.json() as { hello: string }).hello, 'world')
  },
  'light-my-request on node:http': async () => {
    const response = await inject(hello as never, { method: 'GET', url: '/' })
    assert.equal(response.statusCode, 200)
    assert.equal((response.json() as { hello: string }).hello, 'world')
  },
  'supertest on node:http': async () => {
    const response = await supertest(server).get('/').expect(200)
    assert.equal((response.body as { hello: string }).hello, 'world')
  },
}

const rates = new Map(Object.keys(contenders).map(name => [name, [] as number[]]))
for (let round = -1; round < rounds; round++) {
  for (const [name, ask] of Object.entries(contenders)) {
    const count = name.startsWith('supertest') ? requests / 4 : requests
    const started = process.cpuUsage()
    for (let i = 0; i < count; i++) await ask()
    // The first round warms up.
    const { user, system } = process.cpuUsage(started)
    if (round >= 0) rates.get(name)!.push(count / ((user + system) / 1e6))
  }
}
await onEngine.close()
await onNode.close()
await onArlen.close()

if (smoke) console.log('testing: all contenders answer')
else {
  const reference = rates.get('light-my-request on node:http')!
  console.log(`A request in process with two assertions, ${rounds} turns of ${requests}`)
  console.table(
    [...rates].map(([name, own]) => ({
      client: name,
      'requests a second of CPU': Math.round(median(own)),
      'times light-my-request': Number(median(own.map((rate, i) => rate / reference[i]!)).toFixed(2)),
    })),
  )
}
