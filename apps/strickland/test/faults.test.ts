import { afterEach, describe, expect, test } from 'vitest'
import { openShop } from './shop.ts'

const { t, app, db } = await openShop()
afterEach(() => db.faults.restore())

const orders = () => app.db.value<number>('select count(*)::int from orders')
const order = () => t.post('/api/orders').json({ lines: [{ productId: 1, quantity: 1 }] })

describe('a client', () => {
  test('that reads slowly gets the whole page', async () => {
    const page = await t.faults.slowReader(t.visit('/products'), 50)
    expect(page).toMatchObject({ status: 200, whole: true })
    expect(String(page.body)).toContain('</html>')
  })

  test('that writes slowly is answered all the same', async () => {
    expect(await t.faults.slowWriter(order(), 0)).toMatchObject({ status: 201, whole: true })
  })

  test('that is cut off in the middle of an order orders nothing', async () => {
    const before = await orders()
    await t.faults.abortedUpload(order(), 20)
    await t.get('/healthz').status(200)
    expect(await orders()).toBe(before)
  })

  test('that has said its last is answered', async () => {
    expect(await t.faults.halfOpen(t.visit('/login'))).toMatchObject({ status: 200, whole: true })
    // But the database is not asked for someone who may have left.
    expect(await t.faults.halfOpen(t.visit('/'))).toMatchObject({ status: 499, whole: true })
  })

  test('that leaves in the middle of the response disturbs no other client', async () => {
    expect(await t.faults.cutResponse(t.visit('/products'), 100)).toMatchObject({ status: 200, whole: false })
    await t.visit('/products').status(200)
  })
})

describe('the database', () => {
  test('that makes a page wait too long costs that page, and no more', async () => {
    await app.db.tx(async tx => {
      await tx.execute('lock table categories in access exclusive mode')
      await t.faults
        .handlerTimeout(t.visit('/'), 50)
        .status(503)
        .text('main .kicker', /handler_timeout/)
    })
    await t.visit('/').status(200)
  })

  test('that is restarted is 503 for a moment at most', async () => {
    await t.visit('/').status(200)
    expect(await db.faults.killBackends()).toBeGreaterThan(0)
    // Each connection of the pool that nobody has noticed yet may cost one.
    await expect.poll(async () => (await t.visit('/').status([200, 503])).status).toBe(200)
  })

  test('that is down makes pages 503 with a way back, and the shop not ready but alive', async () => {
    await db.faults.down()
    await t.visit('/').status(503).text('main a[href="/"]', 'Back to the shop')
    await t.get('/readyz').status(503)
    await t.get('/livez').status(200)
    await db.faults.up()
    await t.visit('/').status(200)
    await expect.poll(async () => (await t.get('/readyz')).status).toBe(200)
  })

  test('whose connections are all in use lets an order wait for its turn, not forever', async () => {
    const before = await orders()
    await db.faults.exhaustPool(app)
    await t.faults.handlerTimeout(order(), 50).status(503)
    await db.faults.restore()
    expect(await orders()).toBe(before)
    await order().status(201)
  })
})
