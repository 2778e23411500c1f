import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

export const CHROMIUM: string | undefined = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(path =>
  existsSync(path),
)

export const SKIPPED: string = CHROMIUM ? '' : ' (skipped: no chromium; tooling/system-deps --install brings it)'

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking ' +
  '--disable-component-update --disable-sync'

/** A folder for pictures of the pages, to be looked at. */
const PICTURES = process.env.SHOP_PICTURES

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM!, args: FLAGS.split(' ') })
}

/** A window of someone's, whose every complaint is kept: console errors, exceptions, refusals by the policy. */
export class Tab {
  readonly complaints: string[] = []
  readonly context: BrowserContext
  readonly page: Page
  readonly #url: string

  private constructor(context: BrowserContext, page: Page, url: string) {
    this.context = context
    this.page = page
    this.#url = url
    page.on('console', message => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(`${page.url()}: ${message.text()}`)
    })
    page.on('pageerror', error => this.complaints.push(`${page.url()}: ${error.message}`))
    page.on('requestfailed', request => {
      const reason = request.failure()?.errorText
      // Aborted is what the next page did not wait for, such as the icon.
      if (reason !== 'net::ERR_ABORTED') this.complaints.push(`${request.url()}: ${reason}`)
    })
  }

  static async open(browser: Browser, url: string, width: number = 1200): Promise<Tab> {
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme: 'light' })
    context.setDefaultTimeout(120_000)
    return new Tab(context, await context.newPage(), url)
  }

  async go(path: string): Promise<void> {
    await this.page.goto(this.#url + path)
  }

  path(): string {
    return this.page.url().slice(this.#url.length)
  }

  fill(label: string, text: string): Promise<void> {
    return this.page.getByLabel(label).fill(text)
  }

  /** Presses a button and waits for the page that comes of it. */
  async press(name: string | RegExp): Promise<void> {
    const loaded = this.page.waitForEvent('load')
    await this.page.getByRole('button', { name }).first().click()
    await loaded
  }

  async follow(name: string | RegExp): Promise<void> {
    const loaded = this.page.waitForEvent('load')
    await this.page.getByRole('link', { name }).first().click()
    await loaded
  }

  async text(selector: string): Promise<string> {
    return (await this.page.locator(selector).first().textContent())?.trim() ?? ''
  }

  async picture(name: string): Promise<void> {
    if (!PICTURES) return
    const width = this.page.viewportSize()?.width
    await this.page.screenshot({ path: join(PICTURES, `${name}-${width}.png`), fullPage: true })
  }
}

/** What is wrong with a page for people who do not see it, or see it on a telephone. */
export function faults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const root = document.documentElement
    if (root.lang === '') found.push('the language is not said')
    if (document.title === '') found.push('there is no title')
    const headings = document.querySelectorAll('h1').length
    if (headings !== 1) found.push(`there are ${headings} main headings`)
    if (!document.querySelector('main')) found.push('there is no main part')
    for (const field of document.querySelectorAll<HTMLInputElement>('input:not([type=hidden]), select, textarea')) {
      const name = field.labels?.length ? field.labels[0]!.textContent : field.ariaLabel
      if (!name?.trim()) found.push(`${field.name} has no label`)
    }
    for (const control of document.querySelectorAll('a, button')) {
      if (!control.textContent?.trim()) found.push(`${control.outerHTML} has no text`)
    }
    const ids = [...document.querySelectorAll('[id]')].map(element => element.id)
    for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push(`id ${id} is there twice`)
    if (root.scrollWidth > root.clientWidth) found.push(`${root.scrollWidth - root.clientWidth} px are out of sight`)
    if (document.querySelector('[style], style, script:not([src])')) found.push('there are inline styles or scripts')
    return found
  })
}
