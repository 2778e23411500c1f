import { pageOf } from './pages.ts'

export interface Entry {
  text: string
  link: string
}

export interface Section {
  text: string
  items: Entry[]
  collapsed?: boolean
}

/** The sections of docs/README.md with the pages in their tables, in order. */
export function sectionsOf(contents: string): Section[] {
  return contents
    .split(/^## /m)
    .slice(1)
    .map(section => {
      const [text = '', ...lines] = section.split('\n')
      const rows = lines.filter(line => line.startsWith('| ['))
      return { text, items: rows.flatMap(row => entriesOf(row.split(' | ')[0] ?? '')) }
    })
    .filter(({ items }) => items.length > 0)
}

function entriesOf(cell: string): Entry[] {
  return [...cell.matchAll(/\[([^\]]+)\]\(([^)#]+)\)/g)].flatMap(([, text = '', target = '']) => {
    const page = pageOf(target.startsWith('../') ? target.slice(3) : `docs/${target}`)
    return page === undefined ? [] : [{ text: text.replaceAll('`', ''), link: `/${page}` }]
  })
}

/** A page for each entry point of a package. */
export function referenceSection(specifiers: Iterable<string>): Section {
  const items = [...specifiers].sort().map(name => ({ text: name, link: `/reference/${name}.md` }))
  return { text: 'Reference', items, collapsed: true }
}
