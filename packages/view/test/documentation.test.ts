import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compileTemplate } from '../src/index.ts'

const pages = ['packages/view/README.md', 'docs/templates.md']

test.each(pages)('the templates in %s compile, without warnings', page => {
  const text = readFileSync(join(import.meta.dirname, '../../..', page), 'utf8')
  const templates = [...text.matchAll(/^```html\n([\s\S]*?)^```$/gm)].map(([, template]) => template!)
  expect(templates.length).toBeGreaterThan(2)
  for (const template of templates) {
    expect(compileTemplate(template, { path: 'example.html.ets' }).warnings, template).toEqual([])
  }
})
