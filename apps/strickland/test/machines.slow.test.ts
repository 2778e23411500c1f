import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createPg, type Pg } from '@arlen/pg'
import type { PropaneHandle } from '@arlen/propane'
import { createPasswords } from '@arlen/session'
import { type TestApp, testApp, testDb, type Visitor } from '@arlen/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { productionEnv, startProduction } from './production.ts'
import { emailOf, PASSWORD } from './shop.ts'

// Two machines: two primaries of two workers each, that share nothing but the database, and have addresses of their own. The second
// address of the loopback is there on Linux; elsewhere both have the first.
const ADDRESSES = ['127.0.0.1', process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1']
const TORCH = '/products/weed-torch-with-trigger-217'

let machines: PropaneHandle[]
let balancer: http.Server
let t: TestApp
let db: Pg
/** Which machine has answered how many requests. */
const answered = [0, 0]
const undo: (() => unknown)[] = []

beforeAll(async () => {
  const database = await testDb({ migrations: join(import.meta.dirname, '../db/migrations') })
  undo.push(() => database.close())
  db = createPg(database.url)
  undo.push(() => db.close())
  const env = productionEnv(database.url, { ARLEN_HTTP_TRUSTED_PROXIES: '127.0.0.1' })
  machines = await Promise.all(ADDRESSES.map(host => startProduction(env, host)))
  undo.push(() => Promise.all(machines.map(machine => machine.quit())))
  await Promise.all(machines.map(machine => machine.ready))
  balancer = http.createServer(forward).listen(0, '127.0.0.1')
  await once(balancer, 'listening')
  undo.push(
    () => balancer.closeAllConnections(),
    () => balancer.close(),
  )
  t = await testApp(`http://127.0.0.1:${(balancer.address() as AddressInfo).port}`)
  undo.push(() => t.close())
})
afterAll(async () => {
  for (const each of undo.reverse()) await each()
})

let turn = 0

/** A load balancer: one request to the one machine, the next to the other. */
function forward(request: http.IncomingMessage, response: http.ServerResponse): void {
  const index = turn++ % machines.length
  answered[index]!++
  const { address, port } = machines[index]!
  const headers = { ...request.headers, 'x-forwarded-for': request.socket.remoteAddress, 'x-forwarded-proto': 'https' }
  const upstream = http.request({
    host: address.split(':')[0],
    port,
    method: request.method,
    path: request.url,
    headers,
    agent: false,
  })
  upstream.on('response', answer => {
    response.writeHead(answer.statusCode!, { ...answer.headers, 'x-machine': String(index) })
    answer.pipe(response)
  })
  upstream.on('error', () => response.destroy())
  response.on('close', () => upstream.destroy())
  request.pipe(upstream)
}

async function person(name: string): Promise<Visitor> {
  await db.execute('insert into users (name, email, password_hash) values ($1, $2, $3)', [
    name,
    emailOf(name),
    await createPasswords().hash(PASSWORD),
  ])
  return t.visitor()
}

const logIn = (visitor: Visitor, name: string, password = PASSWORD) =>
  visitor.visit('/login').submit('[action="/login"]', { email: emailOf(name), password })

/** Asks both machines, and expects the same of each. */
async function onBoth(ask: () => PromiseLike<unknown>): Promise<void> {
  const before = [...answered]
  for (const _ of machines) await ask()
  expect(answered.map((count, index) => count > before[index]!)).toEqual([true, true])
}

describe('the shop on two machines behind a balancer', () => {
  test('logs users in and out on both machines', async () => {
    const visitor = await person('Hank')
    await logIn(visitor, 'Hank').redirect('/', 303)
    await onBoth(() => visitor.visit('/orders').status(200))
    const others = [t.visitor(), t.visitor()]
    for (const other of others) await logIn(other, 'Hank').redirect('/', 303)
    // One machine does it; the sessions of other devices have ended on both.
    await visitor.visit('/account').submit('[action="/logout-everywhere"]').redirect('/', 303)
    await onBoth(() => others.pop()!.get('/orders').status(401))
  })

  test('keeps a cart through both, and makes one order of it', async () => {
    const visitor = await person('Peggy')
    await visitor.visit(TORCH).submit('form.add', { quantity: 1 }).redirect('/cart', 303)
    await visitor.visit(TORCH).submit('form.add', { quantity: 1 }).redirect('/cart', 303)
    await onBoth(() => visitor.visit('/cart').attribute('[action="/cart/217"] [type=number]', 'value', '2'))
    await logIn(visitor, 'Peggy').status(303)
    await onBoth(() => visitor.visit('/cart').attribute('[action="/cart/217"] [type=number]', 'value', '2'))
  })

  test('counts guesses at a password together', async () => {
    await person('Dale')
    const answers = Array.from({ length: 12 }, () => logIn(t.visitor(), 'Dale', 'pocket sand'))
    const statuses = (await Promise.all(answers)).map(({ status }) => status).sort()
    expect(statuses).toEqual([...Array<number>(5).fill(422), ...Array<number>(7).fill(429)])
  })

  test('counts the accounts that one address makes together', async () => {
    const pages = await Promise.all(Array.from({ length: 24 }, () => t.visitor().visit('/sign-up')))
    const wrong = { name: '', email: 'not an address', password: 'short' }
    const answers = await Promise.all(pages.map(page => page.submit('[action="/sign-up"]', wrong)))
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([...Array<number>(20).fill(422), ...Array<number>(4).fill(429)])
  })

  test('notifies watchers on both machines of each sale', async () => {
    const watchers = [await watch(), await watch()]
    expect(watchers.map(({ machine }) => machine).sort()).toEqual(['0', '1'])
    await db.execute('update products set stock = 3 where id = 217', [])
    const seen = await Promise.all(watchers.map(({ change }) => change))
    expect(seen).toEqual(Array(2).fill({ product: 217, left: 3 }))
  })
})

/** Watches the stock, and resolves when the stream is open. */
async function watch(): Promise<{ machine: string | null; change: Promise<unknown> }> {
  const response = await fetch(`http://127.0.0.1:${(balancer.address() as AddressInfo).port}/products/stock`)
  const events = response.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]()
  let text = ''
  const until = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(text)
      if (match) return match
      const { value, done } = await events.next()
      if (done) throw new Error(`the stream ended after ${text}`)
      text += value
    }
  }
  await until(/event: ready\n/)
  const change = until(/event: change\ndata: (.*)\n\n/).then(([, data]) => JSON.parse(data!) as unknown)
  return { machine: response.headers.get('x-machine'), change: change.finally(() => events.return?.()) }
}
