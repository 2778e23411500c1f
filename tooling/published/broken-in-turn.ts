import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { vi } from 'vitest'
import { writeProject } from './user.ts'

/** One way to break the application of `alone/`: what the page then says, and where. */
export interface Breakage {
  name: string
  stage: string
  /** The files to write: a text, or a change of the text that is there. */
  files: Readonly<Record<string, string | ((text: string) => string)>>
  message: RegExp
  /** The place in the application's own source. */
  place: RegExp
}

const LAST = 'export default app'

export const BREAKAGES: readonly Breakage[] = [
  {
    name: 'a broken expression',
    stage: 'load',
    files: { 'app.ts': text => text.replace(LAST, 'const broken = (\nexport default app') },
    message: /Expression expected|Unexpected/,
    place: /^app\.ts:1[23]:/,
  },
  {
    name: 'a module that is not there',
    stage: 'load',
    files: { 'app.ts': text => `import './gone.ts'\n${text}` },
    message: /Cannot find module/,
    place: /^app\.ts:1:8$/,
  },
  {
    name: 'an exception while it starts',
    stage: 'boot',
    files: {
      'app.ts': text =>
        text.replace(LAST, `app.onStart('stove', () => {\n  throw new Error('The stove is cold')\n})\n${LAST}`),
    },
    message: /The stove is cold/,
    place: /^app\.ts:13:9$/,
  },
  {
    name: 'a misspelled setting',
    stage: 'config',
    files: { 'config/app.ts': 'export default {\n  http: { prot: 1 },\n}\n' },
    message: /prot.*port\?/,
    place: /^config\/app\.ts:2:/,
  },
  {
    name: 'a template that does not compile',
    stage: 'template',
    files: { 'templates/home.html.ets': text => `${text}<% if ($title) {\n` },
    message: /./,
    place: /^templates\/home\.html\.ets:/,
  },
  {
    name: 'an exception in a handler',
    stage: 'runtime',
    files: {
      'app.ts': text => text.replace(`c.render('home', { title: 'Home' })`, `c.render(String(undefined!.title))`),
    },
    message: /Cannot read properties of undefined/,
    place: /^app\.ts:5:/,
  },
  {
    name: 'a query that the database refuses',
    stage: 'runtime',
    files: {
      'app.ts': text =>
        text.replace(
          `c => c.render('home', { title: 'Home' })`,
          `async c => {\n  const title = await c.db.query('select nope')\n  return c.render('home', { title: String(title) })\n}`,
        ),
    },
    message: /nope/,
    place: /^app\.ts:6:/,
  },
]

const patience = { timeout: 120_000 }

/**
 * Breaks an application that boomhauer serves, and mends it. The page of the failure must come and go by itself, name the place, and
 * stay over a reload.
 *
 * @returns the place and the stage that the page showed, and the page that was left where it did not become what it was before
 */
export async function breakAndMend(page: Page, project: string, { files, message }: Breakage) {
  await page.goto('/')
  const healthy = withoutBuild(await page.content()).replace(NOTICES, '')
  const before = Object.keys(files).map(name => [name, read(project, name)] as const)
  for (const [name, change] of Object.entries(files)) {
    writeProject(project, { [name]: typeof change === 'string' ? change : change(read(project, name) ?? '') })
  }
  // Without it the page would still be the one before.
  await page.locator('h1', { hasText: message }).waitFor(patience)
  const shown = {
    stage: await page.locator('.stage').first().textContent(),
    place: await page.locator('.place').first().textContent(),
  }
  await page.reload()
  await page.locator('h1', { hasText: message }).waitFor(patience)
  for (const [name, text] of before) {
    if (text === undefined) rmSync(join(project, name))
    else writeProject(project, { [name]: text })
  }
  // The notice of a complaint about types may stand on the healthy page until the next check of them, and not longer.
  const isMended = async () => withoutBuild(await contentOf(page)) === healthy
  const isLeft = await vi.waitUntil(isMended, patience).then(
    () => false,
    () => true,
  )
  return { ...shown, left: isLeft ? withoutBuild(await contentOf(page)) : '' }
}

/** What boomhauer adds to a page while something is wrong that does not keep it from being shown. */
const NOTICES = '<boomhauer-notices></boomhauer-notices>'

/** Nothing while the page is on its way. */
function contentOf(page: Page): Promise<string> {
  return page.content().catch(() => '')
}

function withoutBuild(html: string): string {
  return html.replace(/data-build="[^"]*"/g, '').replace(/<script[^>]*><\/script>/g, '')
}

function read(project: string, name: string): string | undefined {
  try {
    return readFileSync(join(project, name), 'utf8')
  } catch {
    return undefined
  }
}
