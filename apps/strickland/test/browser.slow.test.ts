import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHROMIUM, faults, launch, SKIPPED, Tab } from './browser.ts'
import { openShop, PASSWORD } from './shop.ts'

const { t, person } = await openShop('test', { over: 'socket' })

describe.skipIf(!CHROMIUM)(`in a browser${SKIPPED}`, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
  })

  async function login(tab: Tab, email: string): Promise<void> {
    await tab.go('/login')
    await tab.fill('E-mail', email)
    await tab.fill('Password', PASSWORD)
    await tab.press('Log in')
  }

  test('a customer browses, fills a cart, signs up, orders, and logs out', async () => {
    const tab = await Tab.open(browser, t.url)
    await tab.go('/')
    await tab.follow('Browse the shop')
    await tab.fill('Search products', 'tailgate')
    await tab.press('Search')
    await tab.follow(/Tailgate Folding Grill/)
    const product = await tab.text('h1')
    await tab.fill('Quantity', '2')
    await tab.press('Add to cart')
    expect(await tab.text('[role=status]')).toBe(`${product} is in your cart.`)
    expect(await tab.text('.badge')).toContain('2')

    await tab.follow('Check out')
    expect(tab.path()).toBe('/login?return=%2Fcheckout')
    await tab.page.getByRole('main').getByRole('link', { name: 'Sign up' }).click()
    await tab.fill('Name', 'Hank')
    await tab.fill('E-mail', 'hank@strickland.example')
    await tab.fill('Password, at least 10 characters', PASSWORD)
    await tab.press('Sign up')
    expect(tab.path()).toBe('/checkout')
    expect(await tab.text('.lines')).toContain(product)
    await tab.press('Place the order')

    expect(tab.path()).toMatch(/^\/orders\/[0-9a-f-]{36}$/)
    expect(await tab.text('[role=status]')).toBe('Thank you. Your order is placed.')
    expect(await tab.text('.lines')).toContain(product)
    await tab.page.reload()
    expect(await tab.page.locator('[role=status]').count()).toBe(0)
    await tab.press(/Log out/)
    expect(await tab.text('[role=status]')).toBe('You are logged out.')
    expect(await tab.context.cookies()).toEqual([])
    await tab.go('/orders')
    expect(tab.path()).toBe('/login?return=%2Forders')
    expect(tab.complaints).toEqual([])
    await tab.context.close()
  })

  test('an administrator sees the orders and changes the stock', async () => {
    await person('Strickland', 'admin')
    const tab = await Tab.open(browser, t.url)
    await login(tab, 'strickland@strickland.example')
    await tab.follow('Admin')
    expect(await tab.text('h1')).toBe('All orders')
    await tab.follow('Stock')
    await tab.fill('Find products in stock', 'porchlight graphite')
    await tab.press('Find')
    await tab.follow(/Porchlight Grill/)
    await tab.page.getByLabel('Stock', { exact: true }).fill('7')
    await tab.press('Save')
    expect(await tab.text('[role=status]')).toBe('The stock is changed.')
    expect(await tab.text('.lede')).toContain('7 in stock')
    expect(tab.complaints).toEqual([])
    await tab.context.close()
  })

  test('cookies are for this host, out of reach of scripts, and not sent along by other sites', async () => {
    await person('Peggy')
    const tab = await Tab.open(browser, t.url)
    await tab.go('/login')
    await tab.page.getByLabel('Remember me').check()
    await tab.fill('E-mail', 'peggy@strickland.example')
    await tab.fill('Password', PASSWORD)
    await tab.press('Log in')
    const cookies = await tab.context.cookies()
    expect(cookies.map(cookie => cookie.name).sort()).toEqual([
      'insecure-session',
      'insecure-session-device',
      'insecure-session-remember',
    ])
    for (const cookie of cookies) {
      expect(cookie).toMatchObject({ domain: '127.0.0.1', path: '/', httpOnly: true, sameSite: 'Lax' })
    }
    expect(await tab.page.evaluate(() => document.cookie)).toBe('')
    await tab.context.close()
  })

  test('a password is changed, forgotten, and reset with the link in the mail', async () => {
    await person('Dale')
    const [tab, other] = [await Tab.open(browser, t.url), await Tab.open(browser, t.url)]
    for (const each of [tab, other]) await login(each, 'dale@strickland.example')
    await tab.follow('Account')
    await tab.fill('Password you have now', PASSWORD)
    await tab.fill('New password, at least 10 characters', 'pocket sand, sha sha')
    await tab.press('Change the password')
    expect(await tab.text('[role=status]')).toContain('Your password is changed.')
    await other.go('/account')
    expect(other.path()).toBe('/login?return=%2Faccount')

    await other.follow('Forgot your password?')
    await other.fill('E-mail', 'dale@strickland.example')
    await other.press('Send the link')
    expect(await other.text('[role=status]')).toContain('mail with a link is on its way')
    const { links } = await t.outbox.next({ to: 'dale@strickland.example' })
    await other.page.goto(links[0]!)
    await other.fill('New password, at least 10 characters', PASSWORD)
    await other.press('Change the password')
    expect(await other.text('[role=status]')).toBe('Your password is changed. Log in with it.')
    await login(other, 'dale@strickland.example')
    expect(await other.text('[role=status]')).toBe('Good to see you, Dale.')
    await tab.go('/account')
    expect(tab.path()).toBe('/login?return=%2Faccount')
    expect([...tab.complaints, ...other.complaints]).toEqual([])
    await tab.context.close()
    await other.context.close()
  })

  test('another site cannot send a form for a logged-in user', async () => {
    await person('Bobby')
    const tab = await Tab.open(browser, t.url)
    await login(tab, 'bobby@strickland.example')
    const evil = createServer((_, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(
        `<!doctype html><form method="post" action="${t.url}/logout-everywhere"><button>Win a grill</button></form>`,
      )
    })
    await new Promise<void>(resolve => evil.listen(0, 'localhost', resolve))
    const { port } = evil.address() as AddressInfo
    await tab.page.goto(`http://localhost:${port}/`)
    await tab.press('Win a grill')
    expect(await tab.text('.kicker')).toContain('csrf_cross_site')
    await tab.go('/orders')
    expect(await tab.text('h1')).toBe('My orders')
    await tab.context.close()
    await new Promise(resolve => evil.close(resolve))
  })

  test('another site cannot show the shop in a frame', async () => {
    const evil = createServer((_, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(`<!doctype html><iframe src="${t.url}/login"></iframe>`)
    })
    await new Promise<void>(resolve => evil.listen(0, 'localhost', resolve))
    const tab = await Tab.open(browser, t.url)
    await tab.page.goto(`http://localhost:${(evil.address() as AddressInfo).port}/`)
    await expect.poll(() => tab.complaints.join()).toContain('frame-ancestors')
    expect(await tab.page.frameLocator('iframe').getByLabel('Password').count()).toBe(0)
    await tab.context.close()
    await new Promise(resolve => evil.close(resolve))
  })

  test('text written by strangers is escaped on every page that shows it', async () => {
    const script = `"><script>document.title='owned'</script><img src=x onerror="document.title='owned'">`
    await person(`Kahn ${script}`, 'customer', 'khan@strickland.example')
    const tab = await Tab.open(browser, t.url)
    await tab.go(`/products?q=${encodeURIComponent(script)}`)
    expect(await tab.page.getByRole('searchbox').inputValue()).toBe(script)
    await tab.go(`/login?return=${encodeURIComponent(`/${script}`)}`)
    await tab.fill('E-mail', 'khan@strickland.example')
    await tab.fill('Password', PASSWORD)
    await tab.press('Log in')
    await tab.go('/account')
    expect(await tab.text('main')).toContain(script)
    expect(await tab.page.title()).not.toContain('owned')
    expect(tab.complaints.filter(complaint => !complaint.includes('404'))).toEqual([])
    await tab.context.close()
  })

  test('the way back after a logout shows nothing of before', async () => {
    await person('Luanne')
    const tab = await Tab.open(browser, t.url)
    await login(tab, 'luanne@strickland.example')
    await tab.go('/account')
    expect(await tab.text('main')).toContain('luanne@strickland.example')
    await tab.press(/Log out Luanne/)
    await tab.page.goBack()
    await tab.page.waitForLoadState()
    expect(tab.path()).toBe('/login?return=%2Faccount')
    expect(await tab.page.content()).not.toContain('luanne@strickland.example')
    await tab.context.close()
  })

  test.each([420, 1200])('every page is sound, and fits a window %i px wide', async width => {
    await person(`Admin-${width}`, 'admin')
    const tab = await Tab.open(browser, t.url, width)
    const found: string[] = []
    const look = async (name: string) => {
      found.push(...(await faults(tab.page)).map(fault => `${name}: ${fault}`))
      await tab.picture(name)
    }
    const visit = async (name: string, path: string) => {
      await tab.go(path)
      await look(name)
    }
    await visit('home', '/')
    await visit('products', '/products?category=hoses')
    await visit('sign-up', '/sign-up')
    await tab.page.locator('form[method=post]').evaluate(form => ((form as HTMLFormElement).noValidate = true))
    await tab.press('Sign up')
    await look('sign-up-refused')
    expect(tab.complaints.splice(0)).toEqual([expect.stringContaining('422')])
    await login(tab, `admin-${width}@strickland.example`)
    await visit('account', '/account')
    await visit('forgot-password', '/forgot-password')
    await visit('reset-password', '/reset-password?token=some')
    await visit('cart-empty', '/cart')
    await visit('product', '/products/weed-torch-with-trigger-217')
    await tab.press('Add to cart')
    await tab.go('/products?q=porchlight')
    await tab.follow(/Porchlight Grill/)
    await tab.press('Add to cart')
    await visit('cart', '/cart')
    await visit('checkout', '/checkout')
    await tab.press('Place the order')
    await look('order')
    await visit('orders', '/orders')
    for (const page of ['orders', 'products', 'products/1'])
      await visit(`admin-${page.replace('/', '-')}`, `/admin/${page}`)
    expect(tab.complaints).toEqual([])
    await visit('not-found', '/nothing-here')
    expect(found).toEqual([])
    await tab.context.close()
  })
})
