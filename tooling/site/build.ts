// Builds the documentation as a site, with a search that needs no network, into tooling/site/.arlen/dist: the pages of
// docs/, the READMEs of the packages, and a reference from their docstrings. Fails on a broken link.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vitepress'
import { brokenSiteLinks } from './links.ts'
import { writePages } from './pages.ts'
import { writeReference } from './reference.ts'

const site = import.meta.dirname
const root = join(site, '../..')
const pages = join(site, '.arlen/pages')

/** @returns whether all links work */
export async function buildSite(): Promise<boolean> {
  writePages(root, pages, repositoryAddress())
  await writeReference(root, join(pages, 'reference'))
  await build(site)
  const broken = brokenSiteLinks(join(site, '.arlen/dist'))
  for (const each of broken) console.error(`a link leads nowhere: ${each}`)
  return broken.length === 0
}

/** The repository's URL for files that are not pages; undefined while the root's package.json has none. */
function repositoryAddress(): string | undefined {
  const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { repository: { url: string } }
  return repository.url.replace(/^git\+|\.git$/g, '') || undefined
}

if (import.meta.main && !(await buildSite())) process.exitCode = 1
