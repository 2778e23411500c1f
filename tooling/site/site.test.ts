import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { brokenSiteLinks } from './links.ts'
import { referenceSection, sectionsOf } from './navigation.ts'
import { pageOf, rewriteLinks } from './pages.ts'
import { entryPoints } from './reference.ts'

const root = join(import.meta.dirname, '../..')

test('every page of the documentation and every package is in the navigation', () => {
  const sections = sectionsOf(readFileSync(join(root, 'docs/README.md'), 'utf8'))
  const links = sections.flatMap(({ items }) => items.map(({ link }) => link))
  const sources = globSync(['docs/**/*.md', 'packages/*/README.md'], { cwd: root }).filter(
    path => path !== 'docs/README.md',
  )
  expect(sources.map(path => `/${pageOf(path)}`).filter(link => !links.includes(link))).toEqual([])
  expect(links).toEqual([...new Set(links)])
})

test('every way into a published package has a page of the reference', () => {
  const points = entryPoints(root)
  expect([...points.keys()]).toEqual(expect.arrayContaining(['arlen', '@arlen/http', '@arlen/session/jwt']))
  expect([...points.values()].filter(path => !existsSync(path))).toEqual([])
  expect(referenceSection(['b', '@a/c']).items).toEqual([
    { text: '@a/c', link: '/reference/@a/c.md' },
    { text: 'b', link: '/reference/b.md' },
  ])
})

test('links lead to where pages stand in the site', () => {
  const rewrite = (text: string, source = 'docs/routes.md') => rewriteLinks(text, source, undefined)
  expect(rewrite('[a](templates.md#forms)')).toBe('[a](./templates.md#forms)')
  expect(rewrite('[`http`](../packages/http/README.md "t")')).toBe('[`http`](./packages/http.md "t")')
  expect(rewrite('[a](../../docs/http.md)', 'packages/http/README.md')).toBe('[a](../http.md)')
  expect(rewrite('[a](../CONTRIBUTING.md), [b](README.md)')).toBe('[a](./contributing.md), [b](./contents.md)')
  expect(rewrite('![a](images/x.png)')).toBe('![a](./images/x.png)')
  const untouched = '[a](https://x.test/) [b](#c) `[d](e.md)`\n\n```md\n[f](g.md)\n```\n'
  expect(rewrite(untouched)).toBe(untouched)
})

test('a file that is not a page is linked in the repository, once that has an address', () => {
  expect(rewriteLinks('[the unit](propane.service#x)', 'docs/a.md', undefined)).toBe('the unit')
  expect(rewriteLinks('[the unit](propane.service)', 'docs/a.md', 'https://code.example/arlen')).toBe(
    '[the unit](https://code.example/arlen/blob/main/docs/propane.service)',
  )
})

test('a link of the built site to a missing page, picture or heading is found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'arlen-site-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const pages = {
    'index.html':
      '<a href="/a/b.html#c">1</a><a href="/gone.html">2</a><a href="https://x.test/">3</a><a href="#">4</a>',
    'a/b.html':
      '<h2 id="c">C</h2><a href="../index.html">1</a><a href="#d">2</a><img src="../e.png"><a href="/a/b">5</a>',
  }
  for (const [path, html] of Object.entries(pages)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    writeFileSync(join(folder, path), html)
  }
  expect(brokenSiteLinks(folder).sort()).toEqual(['a/b.html: #d', 'a/b.html: ../e.png', 'index.html: /gone.html'])
})
