import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { CHROMIUM, faultsOf, LOOKS, launch, openTab, picture, REASON } from './chromium.ts'
import { HANDLING, PACKAGES } from './code-frame-cases.ts'
import { TestServer } from './support.ts'

const FAILING = `import { handling } from './handling.ts'
/* Prices are in cents. */
function priceOf(product: { cents?: number }): string {
  return \`\${product.cents!.toFixed(2)} €\`
}
export default handling(() => {
  try {
    return [1].map(() => priceOf({}))
  } catch (cause) {
    const fields = { text: 'select id, price from products where id = $1 -- ${'long '.repeat(40)}', position: '12', severity: 'ERROR' }
    throw Object.assign(new Error('Cannot show the product', { cause }), fields)
  }
})
`

describe.skipIf(!CHROMIUM)(`the pages of failures${REASON}`, () => {
  let browser: Browser
  let app: TestServer
  beforeAll(async () => {
    browser = await launch()
    app = new TestServer({ 'app.ts': FAILING, 'handling.ts': HANDLING }, false)
    for (const [name, path] of Object.entries(PACKAGES)) {
      mkdirSync(dirname(app.path(`node_modules/${name}`)), { recursive: true })
      symlinkSync(path, app.path(`node_modules/${name}`))
    }
    await app.start({ editor: 'vscode' }, false)
  })
  afterAll(async () => {
    await browser?.close()
    await app?.server.close()
    app?.delete()
  })

  test.each(LOOKS)('axe finds nothing in the page of a handler: $name', async look => {
    const tab = await openTab(browser, look)
    await tab.goto(app.server.url)
    await tab.locator('h1', { hasText: 'Cannot show the product' }).waitFor()
    expect(await tab.locator('pre .keyword').count()).toBeGreaterThan(0)
    const name = { dark: 'boomhauer-dark', 'dark, on a phone': 'boomhauer-phone' }[look.name as string]
    if (name) await picture(tab, name)
    expect(await faultsOf(tab)).toEqual([])
  })

  test('the button copies the text form', async () => {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
    onTestFinished(() => context.close())
    const tab = await context.newPage()
    await tab.goto(app.server.url)
    await tab.getByRole('button', { name: 'Copy as text' }).click()
    await tab.getByRole('status').getByText('Copied').waitFor()
    const copied: string = await tab.evaluate('navigator.clipboard.readText()')
    const { body } = await app.get('/', { accept: 'text/plain' })
    expect(copied.replaceAll('\r\n', '\n')).toBe(body)
  })

  test('where a page may not use the clipboard, the text is selected and copied by the browser', async () => {
    const tab = await openTab(browser)
    await tab.addInitScript(`Object.defineProperty(navigator, 'clipboard', { value: undefined })`)
    await tab.goto(app.server.url)
    await tab.getByRole('button', { name: 'Copy as text' }).click()
    await tab.getByRole('status').getByText('Copied').waitFor()
    expect(await tab.evaluate('getSelection().toString()')).toContain('Cannot show the product')
  })

  test('the keyboard reaches the buttons and unfolds the calls of dependencies', async () => {
    const tab = await openTab(browser)
    await tab.goto(app.server.url)
    const folded = tab.locator('details.folded').first()
    expect(await folded.getAttribute('open')).toBeNull()
    const reached = new Set<string>()
    for (let i = 0; i < 60; i++) {
      await tab.keyboard.press('Tab')
      const at: string = await tab.evaluate(
        `document.activeElement.closest('.folded') ? 'folded' : document.activeElement.className`,
      )
      reached.add(at)
      if (at === 'folded') break
    }
    expect([...reached]).toEqual(expect.arrayContaining(['copy', 'place', 'folded']))
    await tab.keyboard.press('Enter')
    expect(await folded.getAttribute('open')).toBe('')
  })
})
