import type { Files } from './support.ts'

/** An application in which everything happens that the panel shows. */
export const PANEL_APP = (dsn: string): Files => ({
  'app.ts': `import { createApp } from 'arlen'
import * as v from 'valibot'
const app = createApp({
  config: {
    db: { url: ${JSON.stringify(dsn)} },
    mail: { from: 'shop@example.com' },
    session: { secrets: ['a-secret-of-at-least-32-characters'] },
    log: { level: 'silent' },
  },
})
const mustBeAdmin = () => true
app.get('/products', async c => {
  c.log.debug({ kind: 'all', token: 'hush-hush' }, 'looking it up')
  await c.db.query('select n, pg_sleep(0.11) from generate_series(1, 1) n')
  await app.mail.send('note', { to: 'ada@example.com', locals: { text: 'Three products' } })
  return c.render('list', { names: ['a', 'b', 'c'] })
})
const Id = v.object({ id: v.pipe(v.string(), v.toNumber()) })
const Name = v.object({ name: v.pipe(v.string(), v.maxLength(40)) })
app.post('/products/:id', { name: 'rename', under: mustBeAdmin, params: Id, body: Name }, c => c.text('ok'))
app.get('/n-plus-1', async c => {
  await c.db.query('select 1 as one')
  for (let id = 0; id < 12; id++) await c.db.query('select $1::int as id', [id])
  return c.text('ok')
})
app.get('/apart/:id', async c => {
  const { id } = c.params
  await c.db.query('select ' + Number(id) + ' as first')
  c.log.info('line of ' + id)
  await c.db.query('select ' + Number(id) + ' as second')
  return c.text('ok')
})
app.get('/write', async c => {
  await c.db.query('insert into notes (text) values ($1)', ['x'])
  return c.text('ok')
})
app.get('/find/:text', async c => {
  await c.db.query("select * from notes where text = $1 or '$2' = ''", [c.params.text])
  return c.text('ok')
})
app.get('/count', async c => c.text(String((await c.db.query('select from notes')).rows.length)))
app.get('/failing', async c => {
  await c.db.query('select from nowhere').catch(() => undefined)
  return c.text('ok')
})
app.get('/many/:i', c => c.text('ok'))
app.every('removing old carts', 3_600_000, () => undefined)
app.every('failing / often', 3_600_000, () => {
  throw new Error('no such cart')
})
let runs = 0
app.every('counting', 3_600_000, async () => {
  runs++
  await app.mail.send('note', { to: 'ada@example.com', locals: { text: 'run ' + runs } })
  console.log('counted', runs)
})
app.onStart('notes', async () => {
  await app.db.query('create table if not exists notes (text text)')
})
export default app
`,
  'templates/list.html.ets': `<!doctype html><html lang="en"><title>Products</title><ul><% for (const name of $names) { %><%= include('row', { name }) %><% } %></ul></html>\n`,
  'templates/row.html.ets': '<li><%= $name %></li>\n',
  'templates/mail/note.txt.ets': `<% subject('Products were read') -%>\n<%= $text %>\n`,
})
