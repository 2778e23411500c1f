import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'

export const CHROMIUM: string | undefined = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(path =>
  existsSync(path),
)
export const SKIPPED: string = CHROMIUM ? '' : ' (skipped: no chromium; tooling/system-deps --install brings it)'

export function launch(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']
  return chromium.launch({ executablePath: CHROMIUM!, args })
}

/** A window whose every complaint is kept: console messages, exceptions, refusals by the Content-Security-Policy. */
export class Window {
  readonly page: Page
  readonly complaints: string[] = []

  private constructor(page: Page) {
    this.page = page
    page.on('console', message => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(`${page.url()}: ${message.text()}`)
    })
    page.on('pageerror', error => this.complaints.push(`${page.url()}: ${error.message}`))
  }

  static async open(browser: Browser, url: string): Promise<Window> {
    const context = await browser.newContext({ baseURL: url, viewport: { width: 1000, height: 640 } })
    context.setDefaultTimeout(120_000)
    const window = new Window(await context.newPage())
    await window.page.goto('/')
    return window
  }

  fill(label: string, text: string): Promise<void> {
    return this.page.getByLabel(label).fill(text)
  }

  /** Presses a button or follows a link, and waits for the resulting page. */
  async click(role: 'button' | 'link', name: string): Promise<void> {
    const loaded = this.page.waitForEvent('load')
    await this.page.getByRole(role, { name }).first().click()
    await loaded
  }

  /** Follows a link by where it leads, and waits for the page. */
  async follow(target: RegExp): Promise<void> {
    const links = this.page.locator('a')
    const hrefs = await links.evaluateAll(all => all.map(each => (each as unknown as { href: string }).href))
    const loaded = this.page.waitForEvent('load')
    await links.nth(hrefs.findIndex(href => target.test(href))).click()
    await loaded
  }

  /** Keeps a picture of the page in docs/images, where ARLEN_PICTURES is set. */
  async picture(name: string): Promise<void> {
    if (!process.env.ARLEN_PICTURES) return
    const path = join(import.meta.dirname, '../../docs/images', `${name}.png`)
    await this.page.screenshot({ path, scale: 'css' })
  }

  async text(selector: string): Promise<string> {
    return (await this.page.locator(selector).first().textContent())?.trim() ?? ''
  }
}
