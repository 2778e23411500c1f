import { expect, test } from 'vitest'
import { type Knowledge, Relevance, strongest } from './relevance.ts'

const LOADED = [
  'app.ts',
  'src/deep/a.mjs',
  'src/logs/log.ts',
  'dist/made.js',
  'data/loaded.json',
  'public/shared.js',
  '../lib/x.ts',
]

function relevance(knowledge: Partial<Knowledge> = {}): Relevance {
  return new Relevance({
    root: '/app',
    watch: ['content/**', 'locales/*.po'],
    ignore: ['generated/**', 'var'],
    knowledge: {
      loaded: path => LOADED.some(name => path === `/app/${name}` || `/app/${name}`.replace('/app/..', '') === path),
      folders: () => ['/app/templates', '/app/db/migrations', '/app/config'],
      assets: () => ['/app/public'],
      templates: () => [],
      whole: () => true,
      ...knowledge,
    },
  })
}
const running = relevance()
const broken = relevance({ whole: () => false })
const rereading = relevance({ templates: () => ['/app/templates'] })

test.each([
  ['app.ts', 'rebuild'],
  ['src/deep/a.mjs', 'rebuild'],
  ['src/logs/log.ts', 'rebuild'],
  ['dist/made.js', 'rebuild'],
  ['data/loaded.json', 'rebuild'],
  ['public/shared.js', 'rebuild'],
  ['templates/users/show.html.ets', 'rebuild'],
  ['db/migrations/1.sql', 'rebuild'],
  ['config/environments/development.ts', 'rebuild'],
  ['package.json', 'rebuild'],
  ['.env', 'rebuild'],
  ['.env.development.local', 'rebuild'],
  ['content/posts/first.md', 'rebuild'],
  ['locales/de.po', 'rebuild'],
  ['data/products.json', 'rebuild'],
  ['public/app.css', 'styles'],
  ['assets/app.css', 'styles'],
  ['public/logo.svg', 'reload'],
  ['public/app.js', 'reload'],
  ['public/data/list.json', 'reload'],
  ['public/manual.pdf', 'reload'],
  ['assets/logo.svg', 'reload'],
  ['src/unloaded.ts', 'types'],
  ['src/types.d.ts', 'types'],
  ['src/unloaded.js', 'nothing'],
  ['pages/other.html.ets', 'nothing'],
  ['README.md', 'nothing'],
  ['locales/deep/de.po', 'nothing'],
  ['src/a.test.ts', 'nothing'],
  ['package-lock.json', 'nothing'],
  ['pnpm-lock.yaml', 'nothing'],
  ['node_modules/x/index.js', 'nothing'],
  ['.git/index', 'nothing'],
  ['.arlen/views/a.ts', 'nothing'],
  ['dist/app.js', 'nothing'],
  ['log/development.json', 'nothing'],
  ['tmp/upload.json', 'nothing'],
  ['uploads/1.json', 'nothing'],
  ['generated/client.ts', 'nothing'],
  ['var/orders.json', 'nothing'],
  ['src/.#a.ts', 'nothing'],
  ['src/a.ts~', 'nothing'],
  ['4913', 'nothing'],
  ['database.sqlite', 'nothing'],
  ['.envrc', 'nothing'],
])('while the application runs, a change of %s calls for: %s', (path, effect) => {
  expect(running.effectOf(`/app/${path}`, 'change')).toBe(effect)
})

test.each([
  ['src/new.ts', 'rebuild'],
  ['src/logs/new.ts', 'rebuild'],
  ['data/products.json', 'rebuild'],
  ['pages/other.html.ets', 'rebuild'],
  ['public/app.js', 'reload'],
  ['dist/app.js', 'nothing'],
  ['README.md', 'nothing'],
])('while it does not, %s may be what it lacks: %s', (path, effect) => {
  expect(broken.effectOf(`/app/${path}`, 'add')).toBe(effect)
})

test('a file that appears while the application runs has not been read, unless it reads the whole folder', () => {
  expect(running.effectOf('/app/data/1.json', 'add')).toBe('nothing')
  expect(running.effectOf('/app/pictures/1.png', 'add')).toBe('nothing')
  expect(running.effectOf('/app/public/1.png', 'add')).toBe('reload')
  expect(running.effectOf('/app/db/migrations/2.sql', 'add')).toBe('rebuild')
  expect(running.effectOf('/app/content/new.md', 'add')).toBe('rebuild')
})

test('a package manager’s mark matters when it is back', () => {
  const mark = '/app/node_modules/.package-lock.json'
  expect(running.effectOf(mark, 'unlink')).toBe('nothing')
  expect(running.effectOf(mark, 'add')).toBe('rebuild')
})

test('files elsewhere matter if they were loaded', () => {
  expect(running.effectOf('/lib/x.ts', 'change')).toBe('rebuild')
  expect(running.effectOf('/lib/y.md', 'change')).toBe('nothing')
})

test('an application below a folder that would be left out is watched all the same', () => {
  const nothing = () => []
  const knowledge = { loaded: () => false, folders: nothing, assets: nothing, templates: nothing, whole: () => false }
  const inside = new Relevance({ root: '/home/tmp/dist/app', watch: [], ignore: [], knowledge })
  expect(inside.effectOf('/home/tmp/dist/app/src/a.ts', 'change')).toBe('rebuild')
})

test('the application’s configuration adds globs, and may take them back', () => {
  const own = relevance()
  own.configure({ watch: ['schema/*.graphql'], ignore: ['src/app.ts'] })
  expect(own.effectOf('/app/schema/a.graphql', 'change')).toBe('rebuild')
  expect(own.effectOf('/app/locales/de.po', 'change')).toBe('rebuild')
  own.configure({})
  expect(own.effectOf('/app/schema/a.graphql', 'change')).toBe('nothing')
})

test('whole folders are left unwatched', () => {
  const folders = { '/app': true, '/app/src': true, '/app/src/dist': true, '/app/src/tmp': true, '/app/public': true }
  const out = {
    '/app/node_modules': false,
    '/app/src/node_modules': false,
    '/app/generated': false,
    '/app/dist': false,
  }
  for (const [path, watched] of Object.entries({ ...folders, ...out })) {
    expect([path, running.watches(path, true)]).toEqual([path, watched])
  }
  expect(running.watches('/app/src/notes.md', false)).toBe(false)
  expect(running.watches('/app/content/notes.md', false)).toBe(true)
  expect(running.watches('/app/dist/made.js', false)).toBe(true)
})

test('of many changes the strongest effect counts', () => {
  expect(strongest(['styles', 'reload', 'nothing', 'types'])).toBe('reload')
  expect(strongest(['styles', 'rebuild', 'reload'])).toBe('rebuild')
  expect(strongest(['types', 'styles'])).toBe('styles')
  expect(strongest([])).toBe('nothing')
})

test('a template that the running application reads again needs no build, unless it comes or goes', () => {
  const template = '/app/templates/users/show.html.ets'
  expect(rereading.effectOf(template, 'change')).toBe('templates')
  expect(rereading.effectOf(template, 'add')).toBe('rebuild')
  expect(rereading.effectOf(template, 'unlink')).toBe('rebuild')
  expect(rereading.effectOf('/app/templates/helpers.ts', 'change')).toBe('rebuild')
  const failed = relevance({ whole: () => false, templates: () => ['/app/templates'] })
  expect(failed.effectOf(template, 'change')).toBe('rebuild')
  expect(strongest(['templates', 'reload', 'styles'])).toBe('templates')
  expect(strongest(['templates', 'rebuild'])).toBe('rebuild')
})
