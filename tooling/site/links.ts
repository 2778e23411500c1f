import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Links within a built site to missing files or headings, as `page: target`. */
export function brokenSiteLinks(folder: string): string[] {
  const anchors = new Map<string, Set<string>>()
  const pages = globSync('**/*.html', { cwd: folder })
  return pages.flatMap(page =>
    hrefs(readFileSync(join(folder, page), 'utf8'))
      .filter(target => !leads(page, target))
      .map(target => `${page}: ${target}`),
  )

  function leads(page: string, target: string): boolean {
    const [path = '', anchor] = target.split('#')
    const to = path === '' ? page : path.startsWith('/') ? path.slice(1) : join(dirname(page), path)
    const file = fileOf(to)
    if (file === undefined) return false
    return !anchor || !file.endsWith('.html') || anchorsOf(file).has(decodeURIComponent(anchor))
  }

  function fileOf(to: string): string | undefined {
    return [to, `${to}.html`, join(to, 'index.html')].find(
      path => /\.\w+$/.test(path) && existsSync(join(folder, path)),
    )
  }

  function anchorsOf(file: string): Set<string> {
    const known = anchors.get(file)
    if (known) return known
    const ids = [...readFileSync(join(folder, file), 'utf8').matchAll(/\sid="([^"]+)"/g)].map(match => match[1] ?? '')
    const found = new Set(ids)
    anchors.set(file, found)
    return found
  }
}

/** The targets of links and images within the site. */
function hrefs(html: string): string[] {
  const targets = [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(match => match[1] ?? '')
  return [...new Set(targets)].filter(target => target !== '' && !/^([a-z]+:|\/\/)/i.test(target))
}
