import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type BoomhauerOptions, createBoomhauer } from '../src/index.ts'
import { CHROMIUM, launch, picture, REASON } from './chromium.ts'
import { HANDLING, PACKAGES } from './code-frame-cases.ts'
import { outcomeOf, TestServer } from './support.ts'

const page = (body: string) => `import { servable } from './servable.js'
export default servable((req, res) => {
  if (req.url.startsWith('/app.css')) return res.setHeader('content-type', 'text/css').end(readFileSync(import.meta.dirname + '/public/app.css'))
  res.setHeader('content-type', 'text/html').end(\`<!doctype html><link rel="stylesheet" href="/app.css"><h1>${body}</h1><input>\`)
})
import { readFileSync } from 'node:fs'
`
const FILES = { 'app.ts': page('Shop'), 'public/app.css': 'h1 { color: rgb(1, 2, 3) }', 'handling.ts': HANDLING }

describe.skipIf(!CHROMIUM)(`in a browser${REASON}`, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  async function open(files = {}, options: BoomhauerOptions = {}): Promise<{ app: TestServer; tab: Page }> {
    const app = new TestServer({ ...FILES, ...files })
    for (const [name, path] of Object.entries(PACKAGES)) {
      mkdirSync(dirname(app.path(`node_modules/${name}`)), { recursive: true })
      symlinkSync(path, app.path(`node_modules/${name}`))
    }
    await app.start({ editor: 'vscode', ...options })
    const tab = await browser.newPage({ viewport: { width: 1000, height: 720 }, colorScheme: 'light' })
    onTestFinished(() => tab.close())
    await tab.goto(app.server.url)
    return { app, tab }
  }

  let odd: TestServer
  beforeAll(async () => {
    odd = await new TestServer(FILES, false).start({}, false)
  })
  afterAll(async () => {
    await odd?.server.close()
    odd?.delete()
  })

  const heading = (tab: Page, text: string | RegExp) =>
    tab.locator('h1', { hasText: text }).waitFor({ timeout: 120_000 })

  describe('one application, broken in turn', () => {
    let app: TestServer
    let tab: Page
    beforeAll(async () => {
      app = new TestServer(FILES, false)
      await app.start({ editor: 'vscode' }, false)
      tab = await browser.newPage({ viewport: { width: 1000, height: 720 }, colorScheme: 'light' })
      await tab.goto(app.server.url)
    })
    afterAll(async () => {
      await tab.close()
      await app.server.close()
      app.delete()
    })

    test.each([
      ['load', { 'app.ts': `${page('Shop')}\nconst total: number = price(\n` }, /Expression expected|Unexpected/],
      ['load', { 'app.ts': `import { nope } from './servable.js'\n${page('Shop')}` }, /does not provide an export/],
      ['load', { 'app.ts': `import './gone.ts'\n${page('Shop')}` }, /Cannot find module/],
      [
        'boot',
        { 'app.ts': `export default { listen() { throw new Error('The stove is cold') }, close() {} }\n` },
        /stove/,
      ],
      ['template', { 'templates/home.html.ets': '<ul>\n  <%= items\n</ul>\n' }, /./],
      [
        'config',
        {
          'app.ts': `import './config.ts'\n${page('Shop')}`,
          'config.ts': `throw Object.assign(new Error('The configuration has 1 problem(s):\\n  http.prot: no such setting; did you mean port?'), { code: 'config_invalid' })\n`,
        },
        /did you mean port/,
      ],
    ])(
      '%s: the page shows the failure by itself, keeps it over a reload, and leaves when it is mended',
      async (stage, broken, message) => {
        await heading(tab, 'Shop')
        for (const [name, text] of Object.entries(broken)) app.write(name, text)
        await heading(tab, message)
        expect(await tab.locator('.stage').first().textContent()).toBe(stage)
        if (stage !== 'config') expect(await tab.locator('a.place').first().getAttribute('href')).toMatch(/^vscode:/)
        await tab.setViewportSize({ width: 1000, height: 420 })
        await picture(tab, `boomhauer-${stage}`)
        await tab.reload()
        await heading(tab, message)
        for (const name of Object.keys(broken)) if (name !== 'app.ts') app.write(name, '')
        app.write('app.ts', page('Shop again'))
        await heading(tab, 'Shop again')
      },
    )
  })

  test('the second mistake takes the place of the first', async () => {
    const { app, tab } = await open()
    app.write('app.ts', `throw new Error('first mistake')\n`)
    await heading(tab, 'first mistake')
    app.write('app.ts', `throw new Error('second mistake')\n`)
    await heading(tab, 'second mistake')
    expect(await tab.locator('h1').textContent()).not.toContain('first')
  })

  test('an exception of a handler shows the same page, its causes, calls and request, and leaves with the next save', async () => {
    const { app, tab } = await open({
      'app.ts': `import { handling } from './handling.ts'
function priceOf(product: { cents?: number }): string {
  return product.cents!.toFixed(2)
}
export default handling(() => {
  try {
    return priceOf({})
  } catch (cause) {
    throw new Error('Cannot show the product', { cause })
  }
})
`,
    })
    await heading(tab, 'Cannot show the product')
    expect(await tab.locator('.cause').textContent()).toContain('app.ts:3:')
    expect(await tab.locator('details.folded').count()).toBeGreaterThan(0)
    expect(await tab.locator('details.request').textContent()).toContain('GET /')
    await picture(tab, 'boomhauer-runtime')
    app.write('app.ts', page('Mended'))
    await heading(tab, 'Mended')
  })

  test('type errors are a notice over the running page that can be dismissed, and goes when they do', async () => {
    const typescript = join(import.meta.dirname, '../../../node_modules/typescript')
    const tsconfig = `{ "compilerOptions": { "strict": true, "noImplicitAny": false, "module": "nodenext", "types": [], "skipLibCheck": true }, "include": ["a.ts"] }`
    const app = new TestServer({ ...FILES, 'tsconfig.json': tsconfig, 'a.ts': `export const cents: number = '250'\n` })
    mkdirSync(app.path('node_modules'))
    symlinkSync(typescript, app.path('node_modules/typescript'))
    await app.start({ typecheck: 'notice' })
    const tab = await browser.newPage({ viewport: { width: 1000, height: 520 }, colorScheme: 'light' })
    onTestFinished(() => tab.close())
    await tab.goto(app.server.url)
    await heading(tab, 'Shop')
    await tab.getByRole('button', { name: '1 type error' }).click()
    await tab.getByText("Type 'string' is not assignable to type 'number'").waitFor()
    await picture(tab, 'boomhauer-notice')
    await tab.getByRole('button', { name: 'Dismiss' }).click()
    await tab.locator('boomhauer-notices').waitFor({ state: 'detached' })
    app.write('a.ts', `export const cents: number = '251'\n`)
    await tab.getByRole('button', { name: '1 type error' }).waitFor()
    app.write('a.ts', `export const cents: number = 250\n`)
    await tab.locator('boomhauer-notices').waitFor({ state: 'detached' })
    expect(await tab.locator('h1').textContent()).toBe('Shop')
  })

  test('pending migrations offer a button that runs them', async () => {
    const { tab } = await open(
      {
        'app.ts': `import { existsSync } from 'node:fs'
if (!existsSync(import.meta.dirname + '/migrated')) throw Object.assign(new Error('2 migrations are pending'), {
  diagnostics: [{ stage: 'boot', severity: 'error', message: '2 migrations are pending', action: { name: 'migrate', label: 'Run 2 migrations' } }],
})
${page('Migrated')}`,
      },
      { actions: { migrate: [process.execPath, '-e', 'require("fs").writeFileSync("migrated", "")'] } },
    )
    await heading(tab, 'pending')
    await tab.getByRole('button', { name: 'Run 2 migrations' }).click()
    await heading(tab, 'Migrated')
    expect(tab.url()).toMatch(/\/$/)
  })

  test('a style sheet is swapped in place: nothing typed is lost', async () => {
    const { app, tab } = await open()
    await heading(tab, 'Shop')
    await tab.locator('input').fill('half an order')
    app.write('public/app.css', 'h1 { color: rgb(7, 8, 9) }')
    await tab.waitForFunction(`getComputedStyle(document.querySelector('h1')).color === 'rgb(7, 8, 9)'`)
    expect(await tab.locator('input').inputValue()).toBe('half an order')
    expect(await tab.locator('link[rel=stylesheet]').count()).toBe(1)
  })

  test('code reloads the page once, and many open pages do not use up the connections', async () => {
    const { app } = await open()
    const context = await browser.newContext()
    onTestFinished(() => context.close())
    for (let i = 0; i < 8; i++) {
      const tab = await context.newPage()
      await tab.goto(app.server.url)
      // A browser hides all but one, which headless ones leave out.
      await tab.evaluate(`
        Object.defineProperty(document, 'visibilityState', { value: 'hidden' })
        document.dispatchEvent(new Event('visibilitychange'))`)
    }
    const last = await context.newPage()
    await last.goto(app.server.url)
    let loads = 0
    last.on('load', () => loads++)
    app.write('app.ts', page('Two'))
    await heading(last, 'Two')
    app.write('app.ts', page('Three'))
    await heading(last, 'Three')
    expect(loads).toBe(2)
  })

  test.each([
    '<!doctype html><title>x</title><!-- never closed',
    '<!-- never closed <!doctype html>',
    '<!doctype html><textarea>',
    '<!doctype html><script>',
    '<!doctype html><style>',
    '<!doctype html><title>',
    '<!doctype html><select><option>',
    '<!doctype html><plaintext>',
    '<!doctype html><html><head><noscript>',
    '<!doctype html><iframe>',
    '<!doctype html><p title="',
    'just text',
    '',
  ])('%j reloads itself', async document => {
    const source = (text: string) =>
      `import { servable } from './servable.js'\nexport default servable((req, res) => res.setHeader('content-type', 'text/html').end(${JSON.stringify(text)}))\n`
    await odd.save('app.ts', source(document))
    const tab = await browser.newPage()
    onTestFinished(() => tab.close())
    await tab.goto(odd.server.url)
    // The script does not change how the page is rendered.
    expect(await tab.evaluate('document.compatMode')).toBe(/^<!doctype/.test(document) ? 'CSS1Compat' : 'BackCompat')
    odd.write('app.ts', page('Mended'))
    await heading(tab, 'Mended')
  })

  test('a page of another site reads nothing of the development server', async () => {
    const { app } = await open()
    const foreign = await createBoomhauer({ root: app.root, port: 0, typecheck: 'off', preload: [], watch: false })
    onTestFinished(() => foreign.close())
    await outcomeOf(foreign)
    const tab = await browser.newPage()
    onTestFinished(() => tab.close())
    await tab.goto(foreign.url.replace('localhost', '127.0.0.1'))
    const read = await tab.evaluate(`(async () => {
      const url = ${JSON.stringify(app.server.url)}
      const results = []
      for (const path of ['', 'client.js', 'events']) {
        const answer = await fetch(url + '/_boomhauer/' + path, { mode: 'no-cors' }).catch(() => undefined)
        results.push(answer === undefined ? 'refused' : answer.type)
      }
      const script = document.createElement('script')
      script.src = url + '/_boomhauer/client.js'
      const loaded = new Promise(resolve => {
        script.onload = () => resolve('loaded')
        script.onerror = () => resolve('refused')
      })
      document.head.append(script)
      return [...results, await loaded]
    })()`)
    expect(read).toEqual(['refused', 'refused', 'refused', 'refused'])
  })
})
