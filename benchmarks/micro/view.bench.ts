// Templates against what one would write by hand, with the same escaping function, and against Eta and EJS with theirs.
import assert from 'node:assert/strict'
import { compile, compileTemplate, escapeHtml } from '@arlen/view'
import ejs from 'ejs'
import { Eta } from 'eta'
import { compare } from './harness.ts'

interface Row {
  id: number
  name: string
  note: string
}

function rowsOf(count: number): Row[] {
  return Array.from({ length: count }, (_, index) => ({
    id: index,
    name: index % 5 === 0 ? `Cylinder <${index}> "large" & full` : `Cylinder number ${index}`,
    note: 'A steel cylinder with a brass valve, filled to eighty per cent, tested every ten years',
  }))
}

const TEMPLATE = `<table>
<% for (const row of ROWS) { %>  <tr class="<%= row.id % 2 ? 'odd' : 'even' %>"><td><%= row.id %></td>
    <td><%= row.name %></td>
    <td title="<%= row.name %>"><%= row.note %></td></tr>
<% } %></table>
`

function byHand({ rows }: { rows: readonly Row[] }): string {
  let page = '<table>\n'
  for (const row of rows) {
    page += `  <tr class="${escapeHtml(row.id % 2 ? 'odd' : 'even')}"><td>${row.id}</td>
    <td>${escapeHtml(row.name)}</td>
    <td title="${escapeHtml(row.name)}">${escapeHtml(row.note)}</td></tr>
`
  }
  return `${page}</table>\n`
}

const arlen = compile(TEMPLATE.replace('ROWS', '$rows'))
const eta = new Eta({ autoTrim: false })
const etaTemplate = eta.compile(TEMPLATE.replace('ROWS', 'it.rows'))
const ejsTemplate = ejs.compile(TEMPLATE.replace('ROWS', 'rows'))

for (const count of [10, 1000]) {
  const locals = { rows: rowsOf(count) }
  // A page is written to a socket as bytes, so the string has to be whole: ropes that nobody flattens cost nothing.
  const whole = (page: unknown) => Buffer.byteLength(page as string)
  const plain = (page: unknown) => String(page).replaceAll('&quot;', '&#34;')
  assert.equal(arlen(locals), byHand(locals))
  assert.equal(plain(eta.render(etaTemplate, locals)), byHand(locals))
  assert.equal(plain(ejsTemplate(locals)), byHand(locals))
  await compare(`${count} rows`, {
    'by hand': () => whole(byHand(locals)),
    '@arlen/view': () => whole(arlen(locals)),
    eta: () => whole(eta.render(etaTemplate, locals)),
    ejs: () => whole(ejsTemplate(locals)),
  })
}

// From text to a module with its source map here, to a function there.
const long = `${TEMPLATE}<p class="note"><%= NOTE %></p>\n`.repeat(16)
const longOf = (prefix: string) => long.replaceAll('ROWS', `${prefix}rows`).replaceAll('NOTE', `${prefix}note`)
const [arlenText, etaText, ejsText] = [longOf('$'), longOf('it.'), longOf('')]
await compare(`compiling ${long.split('\n').length} lines`, {
  '@arlen/view': () => compileTemplate(arlenText, { path: 'page.html.ets' }),
  eta: () => eta.compile(etaText),
  ejs: () => ejs.compile(ejsText),
})
