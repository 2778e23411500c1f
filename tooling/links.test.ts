import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { slug } from './site/slug.ts'

const root = join(import.meta.dirname, '..')
const pages = globSync(['*.md', '.changeset/README.md', 'docs/**/*.md', 'benchmarks/*.md', '{packages,apps}/*/*.md'], {
  cwd: root,
})

test.each(pages)('every link of %s leads somewhere', page => {
  const text = readFileSync(join(root, page), 'utf8')
  expect(brokenLinks(text, path => existsSync(join(root, dirname(page), path)), anchorsOf)).toEqual([])

  function anchorsOf(path: string): Set<string> {
    return headings(path ? readFileSync(join(root, dirname(page), path), 'utf8') : text)
  }
})

test('the index of the documentation leads to every page, the README to every package', () => {
  const index = readFileSync(join(root, 'docs/README.md'), 'utf8')
  const unlisted = globSync('**/*.md', { cwd: join(root, 'docs') }).filter(page => page !== 'README.md')
  expect(unlisted.filter(page => !index.includes(`](${page})`))).toEqual([])
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const packages = globSync('packages/*/README.md', { cwd: root })
  expect(packages.filter(page => !readme.includes(`](${page})`))).toEqual([])
})

test('a link to a missing file or heading is found, code and the web are left alone', () => {
  const page =
    '# One two\n[a](b.md) [c](#one-two) [d](gone.md) [e](#three) [f](https://x.test/) `[g](h)`\n```\n[i](j)\n```\n'
  expect(
    brokenLinks(
      page,
      path => path === 'b.md',
      () => headings(page),
    ),
  ).toEqual(['gone.md', '#three'])
})

function brokenLinks(
  text: string,
  exists: (path: string) => boolean,
  anchorsOf: (path: string) => Set<string>,
): string[] {
  const targets = [...withoutCode(text).matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].map(match => match[1] ?? '')
  return targets.filter(target => {
    if (/^[a-z]+:/.test(target)) return false
    const [path = '', anchor] = target.split('#')
    if (path && !exists(path)) return true
    return anchor !== undefined && !(path && !path.endsWith('.md')) && !anchorsOf(path).has(anchor)
  })
}

/** The anchors GitHub gives to headings. */
function headings(text: string): Set<string> {
  const found = [...withoutCode(text, false).matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(match => match[1] ?? '')
  return new Set(found.map(slug))
}

function withoutCode(text: string, inline = true): string {
  const prose = text.replace(/^(`{3,}|~{3,}).*\n[\s\S]*?^\1.*$/gm, '')
  return inline ? prose.replace(/`[^`\n]*`/g, '') : prose
}
