import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitepress'
import { referenceSection, sectionsOf } from '../navigation.ts'
import { slug } from '../slug.ts'

const SCROLLING =
  'overflow-x: auto; padding: 12px 16px; border-radius: 8px; background: var(--vp-code-block-bg); font-size: var(--vp-code-font-size)'
const site = join(import.meta.dirname, '..')
const pages = join(site, '.arlen/pages')
const root = join(site, '../..')
const reference = globSync('**/*.md', { cwd: join(pages, 'reference') }).map(path => path.replace(/\.md$/, ''))
const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const source = repository.url.replace(/^git\+|\.git$/g, '')

export default defineConfig({
  title: 'Arlen',
  description: 'A web framework for Node.js in TypeScript, with the whole road to production in the box',
  lang: 'en-US',
  srcDir: '.arlen/pages',
  outDir: '.arlen/dist',
  cacheDir: '.arlen/cache',
  // Opens from any server of files, below any path.
  base: process.env.SITE_BASE ?? '/',
  cleanUrls: false,
  // Code by indentation, which VitePress leaves as browsers have it, scrolls as other code does instead of widening the page.
  head: [['style', {}, `.vp-doc pre:not([class]) { ${SCROLLING} }`]],
  // What a reader's own machine serves.
  ignoreDeadLinks: 'localhostLinks',
  // The index of the search, which is loaded when someone searches, has one size.
  vite: { build: { chunkSizeWarningLimit: 4000 }, logLevel: 'warn' },
  markdown: { anchor: { slugify: slug } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Getting started', link: '/getting-started' },
      { text: 'Guides', link: '/contents' },
      { text: 'Reference', link: '/reference/arlen' },
    ],
    sidebar: [
      ...sectionsOf(readFileSync(join(root, 'docs/README.md'), 'utf8')),
      referenceSection(reference.filter(name => name !== 'README')),
    ],
    socialLinks: source === '' ? [] : [{ icon: 'github', link: source }],
  },
})
