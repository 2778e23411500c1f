import { SourceMap as NodeSourceMap } from 'node:module'
import { expect, test } from 'vitest'
import { compileTemplate } from './compile-template.ts'
import { MappingsWriter, originalPosition } from './source-map.ts'

test('finds the places that were put in, far apart, backwards and on empty lines', () => {
  const places = [
    { line: 0, column: 0, source: [0, 0] },
    { line: 0, column: 7, source: [12, 3] },
    { line: 3, column: 2, source: [1, 400] },
    { line: 3, column: 40_000, source: [99_999, 0] },
  ] as const
  const writer = new MappingsWriter()
  let at = 0
  for (const { line, column, source } of places) {
    for (; at < line; at++) writer.newLine()
    writer.add(column, source[0], source[1])
  }
  for (const { line, column, source } of places) {
    const found = originalPosition({ mappings: String(writer) }, { line: line + 1, column: column + 1 })
    expect(found).toEqual({ line: source[0] + 1, column: source[1] + 1 })
  }
  expect(originalPosition({ mappings: String(writer) }, { line: 1, column: 6 })).toEqual({ line: 1, column: 1 })
  expect(originalPosition({ mappings: String(writer) }, { line: 4, column: 1 })).toEqual({ line: 2, column: 401 })
  expect(originalPosition({ mappings: String(writer) }, { line: 2, column: 1 })).toBeUndefined()
  expect(originalPosition({ mappings: String(writer) }, { line: 9, column: 1 })).toBeUndefined()
})

test('agrees with Node.js about every character of a generated module', () => {
  const template = `<%! props: { items: string[] } %>
<ul>
<% for (const item of $items) { -%>
  <li class="<%= item.length > 3
    ? 'long' : 'short' %>"><%== item %></li>
<% } %>
</ul><%= capture(() => { %>x<% }) %>
`
  const { code, map } = compileTemplate(template, { path: 'list.html.ets' })
  const node = new NodeSourceMap({ ...map, sourceRoot: '' })
  for (const [line, text] of code.split('\n').entries()) {
    for (let column = 0; column < text.length; column++) {
      const entry = node.findEntry(line, column)
      if (!('originalLine' in entry) || entry.generatedLine !== line) continue
      const expected = { line: entry.originalLine + 1, column: entry.originalColumn + 1 }
      expect(originalPosition(map, { line: line + 1, column: column + 1 })).toEqual(expected)
    }
  }
})
