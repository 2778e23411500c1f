import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createViews } from '@arlen/view'
import { expect, onTestFinished, test } from 'vitest'
import { usedBytes } from './heap.ts'

const ROWS = 2_000
const AT_ONCE = 50
const RENDERINGS = 500

test('large pages with hostile values are each their own and escaped, and the heap does not grow', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'arlen-stress-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  writeFileSync(join(dir, 'row.html.ets'), '<li id="<%= $id %>"><%= $name %></li>')
  writeFileSync(join(dir, 'site.html.ets'), '<title><%= $title %></title><ul><%= content() %></ul>')
  writeFileSync(join(dir, 'page.html.ets'), `<%= includeEach('row', $rows, row => row) %>`)
  const views = createViews({ dir, layout: 'site' })
  const rows = Array.from({ length: ROWS }, (_, id) => ({ id, name: `<script>${id}</script>"'&` }))
  const render = async (at: number) => {
    const html = await views.render('page', { title: `page ${at}`, rows })
    if (!html.startsWith(`<title>page ${at}</title>`)) expect.fail(`page ${at} is another one`)
    if (html.includes('<script')) expect.fail(`page ${at} is not escaped`)
    return html.length
  }
  const all = async (count: number) => {
    for (let first = 0; first < count; first += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => render(first + at)))
    }
  }
  await all(100)
  const before = usedBytes()
  await all(RENDERINGS)
  expect((usedBytes() - before) / RENDERINGS).toBeLessThan(4_096)
})
