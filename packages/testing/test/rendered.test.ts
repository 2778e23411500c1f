import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from 'arlen'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApp, testApp } from '../src/index.ts'

const root = mkdtempSync(join(tmpdir(), 'arlen-rendered-'))
let t: TestApp

beforeAll(async () => {
  mkdirSync(join(root, 'templates'))
  writeFileSync(join(root, 'templates/show.html.ets'), '<%! layout: "page" %><%= include("_name", { name: $name }) %>')
  writeFileSync(join(root, 'templates/_name.html.ets'), '<b><%= $name %></b>')
  writeFileSync(join(root, 'templates/page.html.ets'), '<main><%= content() %></main>')
  const app = createApp({ root, environment: 'test', config: { session: { enabled: false } } })
  app.get('/:name', c => c.render('show', { name: c.params.name, at: new Date(0) }))
  t = await testApp(app)
})
afterAll(async () => {
  await t.close()
  rmSync(root, { recursive: true })
})

test('templates, layouts and partials of a request are seen with their locals', async () => {
  const answer = await t
    .get('/Ada')
    .rendered('show', { name: /^A/ })
    .rendered('page')
    .rendered('_name', { name: 'Ada' })
  expect(answer.renders.map(({ template }) => template)).toEqual(['show', '_name', 'page'])
})

test('requests at once do not see what the others render', async () => {
  const names = ['Ada', 'Grace', 'Edith']
  await Promise.all(
    names.map(name =>
      t
        .get(`/${name}`)
        .rendered('show', { name })
        .satisfies(r => r.renders.length === 3),
    ),
  )
})

test('templates that were not rendered, or with other locals, are reported', async () => {
  await expect(t.get('/Ada').rendered('shwo')).rejects.toThrow(
    'The template shwo was not rendered, but show, _name, page.',
  )
  await expect(t.get('/Ada').rendered('show', { name: 'Bob' })).rejects.toThrow('The template show had other locals')
})
