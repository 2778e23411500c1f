import { createTestDatabase } from '@arlen/pg/testing'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { arlenApp } from './arlen-app.ts'
import { CHROMIUM, faultsOf, LOOKS, launch, openTab, picture, REASON } from './chromium.ts'
import { PANEL_APP } from './panel-app.ts'
import { AS_PROGRAM, type TestServer } from './support.ts'

describe.skipIf(!CHROMIUM)(`the panel in a browser${REASON}`, () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>
  let browser: Browser
  let app: TestServer
  const numbers: Record<string, number> = {}
  beforeAll(async () => {
    database = await createTestDatabase()
    app = await arlenApp(PANEL_APP(database.dsn), { editor: 'vscode' }, false)
    for (const path of ['/products', '/write', '/failing', '/n-plus-1', '/nowhere']) await app.get(path)
    const requests = JSON.parse((await app.get('/_boomhauer/requests', AS_PROGRAM)).body)
    for (const { path, id } of requests) numbers[path] = id
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.server.close()
    app?.delete()
    await database?.[Symbol.asyncDispose]()
  })

  test.each(LOOKS)('axe finds nothing in its pages: $name', async look => {
    const tab = await openTab(browser, look)
    const [mail] = JSON.parse((await app.get('/_boomhauer/outbox', AS_PROGRAM)).body)
    const requests = ['/products', '/n-plus-1'].map(path => `requests/${numbers[path]}`)
    const pages = ['', 'requests', ...requests, 'routes', 'jobs', 'outbox', `outbox/${mail.file}`, 'configuration']
    for (const path of pages) {
      await tab.goto(`${app.server.url}/_boomhauer/${path}`)
      expect([path, await faultsOf(tab)]).toEqual([path, []])
      if (look.name === 'light' && path === '') await picture(tab, 'boomhauer-panel')
      if (look.name === 'light' && path === requests[1]) await picture(tab, 'boomhauer-request')
    }
  })

  test('a query is explained by its button', async () => {
    const tab = await openTab(browser)
    await tab.goto(`${app.server.url}/_boomhauer/requests/${numbers['/write']}`)
    await tab.getByRole('button', { name: 'Explain' }).click()
    await tab.getByText('Insert on notes').waitFor()
    expect(new URL(tab.url()).pathname).toMatch(/\/sql\/0\/plan$/)
  })

  test('the link of a 404 leads to the routes', async () => {
    const tab = await openTab(browser)
    await tab.goto(`${app.server.url}/nowhere`)
    await tab.getByRole('link', { name: 'All routes' }).click()
    await tab.waitForURL(/\/_boomhauer\/#routes$/)
    await tab.getByRole('heading', { name: 'Routes' }).waitFor()
    expect(await tab.evaluate(`document.querySelector('#routes').getBoundingClientRect().top < innerHeight`)).toBe(true)
  })

  test.each(['', 'requests', 'requests?q=live'])(
    'new requests appear in an open list, and the focus stays: %s',
    async path => {
      const tab = await openTab(browser)
      const live = (n: number) => `live-${path.length}-${n}` // the cases share a list
      await app.get(`/many/${live(0)}`)
      await tab.goto(`${app.server.url}/_boomhauer/${path}`)
      const link = tab.getByRole('link', { name: `GET /many/${live(0)}` }).first()
      await link.focus()
      await tab.evaluate(`getSelection().selectAllChildren(document.activeElement)`)
      for (const name of [live(1), `other-${path.length}`, live(2)]) await app.get(`/many/${name}`)
      await tab
        .getByRole('link', { name: `GET /many/${live(2)}` })
        .first()
        .waitFor()
      const names = await tab.getByRole('link', { name: /^GET \/many/ }).allTextContents()
      const wanted = path.includes('q=')
        ? [live(2), live(1), live(0)]
        : [live(2), `other-${path.length}`, live(1), live(0)]
      expect(names.slice(0, wanted.length)).toEqual(wanted.map(name => `GET /many/${name}`))
      expect(await tab.evaluate(`document.activeElement.textContent`)).toBe(`GET /many/${live(0)}`)
      expect(await tab.evaluate(`String(getSelection())`)).toBe(`GET /many/${live(0)}`)
    },
  )

  test('a request that comes while a list opens appears in it', async () => {
    const tab = await openTab(browser)
    const asked = Promise.withResolvers<void>()
    const come = Promise.withResolvers<void>()
    await tab.route('**/_boomhauer/events?activity', async route => {
      asked.resolve()
      await come.promise
      await route.continue()
    })
    await tab.goto(`${app.server.url}/_boomhauer/requests`)
    await asked.promise
    await app.get('/many/while-it-opens')
    come.resolve()
    await tab.getByRole('link', { name: 'GET /many/while-it-opens' }).waitFor()
    expect(await tab.getByRole('link', { name: 'GET /many/while-it-opens' }).count()).toBe(1)
  })

  test('new mail appears in the open outbox', async () => {
    const tab = await openTab(browser)
    await tab.goto(`${app.server.url}/_boomhauer/outbox`)
    const count = await tab.locator('tbody tr').count()
    await app.get('/products')
    await tab.locator('tbody tr').nth(count).waitFor()
    expect(await tab.locator('tbody tr').count()).toBe(count + 1)
  })

  test('a list is narrowed down without a script', async () => {
    const tab = await openTab(browser)
    await tab.goto(`${app.server.url}/_boomhauer/routes`)
    await tab.getByLabel('Filter').fill('rename')
    await tab.getByRole('button', { name: 'Show' }).click()
    await tab.waitForURL(/q=rename/)
    expect(await tab.locator('tbody tr').count()).toBe(1)
  })

  test('a job is run by its button, and the list has its outcome', async () => {
    const tab = await openTab(browser)
    await tab.goto(`${app.server.url}/_boomhauer/jobs`)
    await tab.getByRole('row', { name: 'failing / often' }).getByRole('button').click()
    await tab.getByText('Error: no such cart').waitFor()
    expect(tab.url()).toMatch(/\/_boomhauer\/jobs$/)
  })

  test('a job that runs is renewed in the open list, with the focus, and its mail appears in the other', async () => {
    const [jobs, mails] = [await openTab(browser), await openTab(browser)]
    await jobs.goto(`${app.server.url}/_boomhauer/jobs`)
    await mails.goto(`${app.server.url}/_boomhauer/outbox`)
    const before = await mails.getByRole('row').count()
    const row = jobs.getByRole('row', { name: 'counting' })
    await row.getByRole('button').focus()
    for (const runs of [1, 2]) {
      await fetch(`${app.server.url}/_boomhauer/jobs/counting/run`, { method: 'POST', redirect: 'manual' })
      await row.getByRole('cell', { name: String(runs), exact: true }).waitFor()
    }
    expect(await jobs.evaluate(`document.activeElement.closest('tr').dataset.key`)).toBe('counting')
    await mails
      .getByRole('row')
      .nth(before + 1)
      .waitFor()
  })
})
