import { copyFileSync, cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'

/** The place of a repository file in the site; undefined if it is not one of its pages. */
export function pageOf(path: string): string | undefined {
  if (path === 'README.md') return 'index.md'
  if (path === 'docs/README.md') return 'contents.md'
  if (path === 'CONTRIBUTING.md' || path === 'SECURITY.md')
    return path.toLowerCase().replace('security', 'security-policy')
  const [, page] = /^docs\/((?:deploy\/)?[\w-]+\.md)$/.exec(path) ?? []
  if (page !== undefined) return page
  const [, group, name, file] = /^(packages|apps|benchmarks)(?:\/([\w-]+))?\/(README|api)\.md$/.exec(path) ?? []
  if (group === undefined) return undefined
  if (file === 'api') return `reference/${name === 'arlen' || name === 'create-arlen' ? name : `@arlen/${name}`}.md`
  return name === undefined ? `${group}.md` : `${group}/${name}.md`
}

/** Copies every page of the repository into `folder`, with links that work within the site. */
export function writePages(root: string, folder: string, repository: string | undefined): void {
  rmSync(folder, { recursive: true, force: true })
  const sources = globSync(
    ['*.md', 'docs/**/*.md', 'packages/*/README.md', 'apps/*/README.md', 'benchmarks/README.md'],
    {
      cwd: root,
    },
  )
  for (const source of sources) {
    const page = source === 'README.md' ? undefined : pageOf(source)
    if (page === undefined) continue
    const to = join(folder, page)
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, rewriteLinks(readFileSync(join(root, source), 'utf8'), source, repository))
  }
  cpSync(join(root, 'docs/images'), join(folder, 'images'), { recursive: true })
  copyFileSync(join(import.meta.dirname, 'home.md'), join(folder, 'index.md'))
}

/**
 * Rewrites the relative links of a page to their places in the site. Files that are not pages are linked in the repository
 * if it has a URL; otherwise the link is removed and its text stays.
 */
export function rewriteLinks(markdown: string, source: string, repository: string | undefined): string {
  const page = pageOf(source) ?? source
  return outsideCode(markdown, text =>
    text.replace(/(!?)\[([^\]]*)\]\(([^)\s]+)( "[^"]*")?\)/g, (whole, image, label, target, title = '') => {
      if (/^([a-z]+:|#)/.test(target)) return whole
      const [path, anchor] = target.split('#') as [string, string | undefined]
      const file = normalize(join(dirname(source), path))
      const end = anchor === undefined ? '' : `#${anchor}`
      const to = image === '!' && file.startsWith('docs/') ? file.slice('docs/'.length) : pageOf(file)
      if (to !== undefined) return `${image}[${label}](${between(page, to)}${end}${title})`
      return repository ? `[${label}](${repository}/blob/main/${file}${end}${title})` : label
    }),
  )
}

function between(page: string, to: string): string {
  const path = relative(dirname(page), to)
  return path.startsWith('.') ? path : `./${path}`
}

/** Fenced blocks and inline code stay unchanged, including in the text of a link. */
function outsideCode(markdown: string, change: (text: string) => string): string {
  const code: string[] = []
  const masked = markdown.replace(
    /(^(`{3,}|~{3,}).*\n[\s\S]*?^\2.*$|`[^`\n]+`)/gm,
    text => `\0${code.push(text) - 1}\0`,
  )
  return change(masked).replace(/\0(\d+)\0/g, (_, index) => code[Number(index)] ?? '')
}
