import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

export const CHROMIUM: string | undefined = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(path =>
  existsSync(path),
)
export const REASON: string = CHROMIUM ? '' : ' (skipped: no chromium; tooling/system-deps --install brings it)'

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] })
}

/** Set it to keep pictures of the pages in docs/. */
const PICTURES = process.env.BOOMHAUER_PICTURES

export async function picture(tab: Page, name: string): Promise<void> {
  if (PICTURES) await tab.screenshot({ path: join(import.meta.dirname, '../../../docs/images', `${name}.png`) })
}

/** How a page can be looked at. */
export const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1000, height: 720 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1000, height: 720 } },
  { name: 'light, on a phone', colorScheme: 'light', viewport: { width: 375, height: 667 } },
  { name: 'dark, on a phone', colorScheme: 'dark', viewport: { width: 375, height: 667 } },
] as const

/** A tab that is closed with its test. */
export async function openTab(browser: Browser, look: (typeof LOOKS)[number] = LOOKS[0]): Promise<Page> {
  const { colorScheme, viewport } = look
  const tab = await browser.newPage({ colorScheme, viewport, hasTouch: viewport.width < 500 })
  onTestFinished(() => tab.close())
  return tab
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds wrong with a page, with all rules, and what is wider than the window. */
export async function faultsOf(tab: Page): Promise<string[]> {
  for (const each of await tab.locator('details').all()) await each.evaluate('node => { node.open = true }')
  await tab.evaluate(AXE)
  const found: string[] =
    await tab.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target, any }) => id + ': ' + target + ' ' + (any[0]?.message ?? ''))))`)
  const tooWide = await tab.evaluate('document.documentElement.scrollWidth > innerWidth')
  return tooWide ? [...found, 'the page is wider than the window'] : found
}
