import { expect, test } from 'vitest'
import { createInterest, effectOfAll } from './changes.ts'

const interest = createInterest('/app', ['generated/**', 'data'])

test.each([
  ['app.ts', 'rebuild'],
  ['src/deep/a.mjs', 'rebuild'],
  ['templates/users/show.html.ets', 'rebuild'],
  ['db/migrations/1.sql', 'rebuild'],
  ['package.json', 'rebuild'],
  ['.env', 'rebuild'],
  ['.env.development.local', 'rebuild'],
  ['public/app.css', 'styles'],
  ['public/logo.svg', 'reload'],
  ['README.md', 'nothing'],
  ['src/a.test.ts', 'nothing'],
  ['src/types.d.ts', 'rebuild'],
  ['node_modules/x/index.js', 'nothing'],
  ['.git/index', 'nothing'],
  ['.arlen/views/a.ts', 'nothing'],
  ['dist/app.js', 'nothing'],
  ['log/development.json', 'nothing'],
  ['tmp/upload.json', 'nothing'],
  ['generated/client.ts', 'nothing'],
  ['data/orders.json', 'nothing'],
  ['src/.#a.ts', 'nothing'],
  ['src/a.ts~', 'nothing'],
  ['4913', 'nothing'],
  ['database.sqlite', 'nothing'],
  ['.envrc', 'nothing'],
])('a change of %s calls for: %s', (path, effect) => {
  expect(interest.effectOf(`/app/${path}`)).toBe(effect)
})

test('files of linked packages are judged by their names, wherever they lie', () => {
  expect(interest.effectOf('/elsewhere/dist/lib.ts')).toBe('rebuild')
  expect(interest.effectOf('/elsewhere/lib.md')).toBe('nothing')
})

test('an application below a folder that would be ignored is watched all the same', () => {
  expect(createInterest('/home/tmp/dist/app').effectOf('/home/tmp/dist/app/src/a.ts')).toBe('rebuild')
})

test('of many changes the strongest effect counts', () => {
  const all = (paths: string[]) =>
    effectOfAll(
      interest,
      paths.map(path => `/app/${path}`),
    )
  expect(all(['a.css', 'b.png', 'README.md'])).toBe('reload')
  expect(all(['a.css', 'a.ts', 'b.png'])).toBe('rebuild')
  expect(all([])).toBe('nothing')
})

test('whole folders are left unwatched', () => {
  expect(interest.watches('/app', true)).toBe(true)
  expect(interest.watches('/app/src', true)).toBe(true)
  expect(interest.watches('/app/node_modules', true)).toBe(false)
  expect(interest.watches('/app/generated', true)).toBe(false)
  expect(interest.watches('/app/data', true)).toBe(false)
  expect(interest.watches('/app/src/notes.md', false)).toBe(false)
})
