import { expect, test } from 'vitest'
import { TemplateFolder } from '../../test/template-folder.ts'

const folder = new TemplateFolder()

function views(files: Record<string, string>, helpers: Record<string, (...args: never[]) => unknown> = {}) {
  return folder.views(files, { helpers })
}

async function collect(pieces: AsyncIterable<string>): Promise<string[]> {
  const collected: string[] = []
  for await (const piece of pieces) collected.push(piece)
  return collected
}

const layout = '<head><%= content("head") %></head><%= content() %><footer>'

test('sends what is printed at each flush, the layout around it', async () => {
  const { stream, render } = views({
    'site.html.ets': layout,
    'a.html.ets':
      '<%! layout: "site" %><% contentFor("head", "x") %>1<% await flush() %>2<% for (const n of [3, 4]) { %><% await flush() %><%= n %><% } %>',
  })
  expect(await collect(stream('a'))).toEqual(['<head>x</head>1', '2', '3', '4<footer>'])
  expect(await render('a')).toBe('<head>x</head>1234<footer>')
})

test('sends a page without flush in one piece', async () => {
  const { stream } = views({ 'site.html.ets': layout, 'a.html.ets': '<% layout("site") %>1' })
  expect(await collect(stream('a'))).toEqual(['<head></head>1<footer>'])
})

test('runs no further than what is read', async () => {
  let steps = 0
  const step = () => {
    steps += 1
    return steps
  }
  const { stream } = views({ 'a.html.ets': '<% for (;;) { %><%= step() %><% await flush() %><% } %>' }, { step })
  const read: string[] = []
  for await (const piece of stream('a')) {
    read.push(piece)
    if (read.length === 3) break
  }
  expect(read).toEqual(['1', '2', '3'])
  expect(steps).toBe(3)
})

test('gives an error after the pieces that came before it, with the line of the template', async () => {
  const fail = () => {
    throw new Error('no')
  }
  const { stream } = views({ 'a.html.ets': '1\n<% await flush() %>\n<%= fail() %>' }, { fail })
  const read: string[] = []
  const all = (async () => {
    for await (const piece of stream('a')) read.push(piece)
  })()
  await expect(all).rejects.toMatchObject({ message: 'no', stack: expect.stringContaining('a.html.ets:3:5') })
  expect(read).toEqual(['1\n'])
})

test('refuses blocks for a layout that was sent', async () => {
  const { stream } = views({
    'site.html.ets': layout,
    'a.html.ets': '<%! layout: "site" %><% await flush() %><% contentFor("head", "x") %>',
  })
  await expect(collect(stream('a'))).rejects.toMatchObject({ code: 'content_late' })
})

test('refuses a layout that does not print the page, or prints it twice', async () => {
  for (const site of ['', '<%= content() %><%= content() %>']) {
    const { stream } = views({ 'site.html.ets': site, 'a.html.ets': '<%! layout: "site" %><% await flush() %>' })
    await expect(collect(stream('a'))).rejects.toMatchObject({ code: 'content_not_once' })
  }
})

test('flushes pages and not the partials in them', async () => {
  const { stream } = views({
    'a.html.ets': '1<%= await include("b") %>4<% await flush() %>5',
    'b.html.ets': '2<% await flush() %>3',
  })
  expect(await collect(stream('a'))).toEqual(['1234', '5'])
})

test('refuses flush in a block', () => {
  const { render } = views({ 'a.html.ets': '<% const b = await capture(async () => { %>x<% await flush() %><% }) %>' })
  expect(() => render('a')).toThrow(expect.objectContaining({ code: 'flush_in_block' }))
})
