import { execFile } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveFolder } from './serve-folder.ts'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(path => existsSync(path))
// What runs in the page.
const LAYOUT = `({
  width: document.documentElement.scrollWidth,
  size: Number.parseFloat(getComputedStyle(document.querySelector('.vp-doc p') ?? document.body).fontSize),
})`
const PICTURES = `Promise.all([...document.images].map(async image => {
  image.loading = 'eager'
  await image.decode().catch(() => undefined)
  return { source: image.src, width: image.naturalWidth, text: image.alt }
}))`
const dist = join(import.meta.dirname, '.arlen/dist')

test('is built, and every link of it leads somewhere', async () => {
  // VitePress builds for production, and takes what Vitest has in the environment for its own.
  const env = { ...process.env, NODE_ENV: 'production', VITEST: '' }
  const program = ['--conditions=@arlen/source', join(import.meta.dirname, 'build.ts')]
  // Its failure has the links that lead nowhere.
  expect((await promisify(execFile)(process.execPath, program, { env })).stderr).not.toContain('leads nowhere')
})

describe.skipIf(!CHROMIUM)('in a browser (needs chromium; tooling/system-deps --install brings it)', () => {
  const server = createServer(serveFolder(dist))
  let browser: Browser
  let origin: string
  beforeAll(async () => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox', '--disable-gpu'] })
  })
  afterAll(async () => {
    await browser?.close()
    server.close()
  })

  /** A page whose every complaint, and every request to another machine, is kept. */
  async function open(path: string, width: number, scripts = true): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({
      baseURL: origin,
      viewport: { width, height: 740 },
      javaScriptEnabled: scripts,
    })
    const complaints: string[] = []
    await context.route(
      url => url.origin !== origin,
      route => {
        complaints.push(`asks for ${route.request().url()}`)
        return route.abort()
      },
    )
    const page = await context.newPage()
    page.on('console', message => {
      if (['error', 'warning'].includes(message.type())) complaints.push(`${page.url()}: ${message.text()}`)
    })
    page.on('pageerror', error => complaints.push(`${page.url()}: ${error.message}`))
    await page.goto(path)
    return { page, complaints }
  }

  test('finds by its search, without any other machine, what the text of a page says', async () => {
    const { page, complaints } = await open('/', 1200)
    await page.getByRole('button', { name: 'Search' }).first().click()
    await page.getByRole('searchbox').fill('systemd socket activation')
    const found = page.getByRole('option').first()
    await found.waitFor()
    await found.click()
    await page.waitForURL(/\/deploy\/systemd\.html/)
    expect(await page.locator('h1').textContent()).toMatch(/systemd/)
    await page.getByRole('button', { name: 'Search' }).first().click()
    await page.getByRole('searchbox').fill('zzyzx')
    await page.getByText('No results for').waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('is readable on a phone: nothing is wider than its screen, and the text has its size', async () => {
    // The pages are whole without their scripts, and open faster.
    const { page } = await open('/', 360, false)
    const wide: string[] = []
    const pages = globSync('{*,deploy/*,packages/*,packages/@arlen/*}.html', { cwd: dist }).filter(
      path => path !== '404.html',
    )
    expect(pages.length).toBeGreaterThan(40)
    for (const path of pages) {
      await page.goto(path)
      const { width, size } = await page.evaluate<{ width: number; size: number }>(LAYOUT)
      if (width > 360 || size < 14) wide.push(`${path}: ${width} px wide, text of ${size} px`)
    }
    expect(wide).toEqual([])
    await page.context().close()
  })

  test('has a menu on a phone', async () => {
    const { page, complaints } = await open('/getting-started.html', 360)
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('link', { name: 'Build a shop' }).first().click()
    await page.waitForURL(/tutorial/)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('shows every picture of its pages', async () => {
    const { page } = await open('/', 1200)
    const missing: string[] = []
    let pictures = 0
    for (const path of globSync('{*,deploy/*}.html', { cwd: dist })) {
      if (!readFileSync(join(dist, path), 'utf8').includes('<img')) continue
      await page.goto(path)
      const sizes = await page.evaluate<{ source: string; width: number; text: string }[]>(PICTURES)
      pictures += sizes.length
      for (const { source, width, text } of sizes) if (width === 0 || text === '') missing.push(`${path}: ${source}`)
    }
    expect(missing).toEqual([])
    expect(pictures).toBeGreaterThan(8)
    await page.context().close()
  })
})
