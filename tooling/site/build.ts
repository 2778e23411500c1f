// Builds the documentation as a site, with a search that needs no network, into tooling/site/.arlen/dist: the pages of
// docs/, the READMEs of the packages, and a reference from their docstrings. Fails on a link that leads nowhere.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vitepress'
import { brokenSiteLinks } from './links.ts'
import { writePages } from './pages.ts'
import { writeReference } from './reference.ts'

const site = import.meta.dirname
const root = join(site, '../..')
const pages = join(site, '.arlen/pages')

/** @returns whether every link leads somewhere */
export async function buildSite(): Promise<boolean> {
  writePages(root, pages, repositoryAddress())
  await writeReference(root, join(pages, 'reference'))
  await build(site)
  const broken = brokenSiteLinks(join(site, '.arlen/dist'))
  for (const each of broken) console.error(`a link leads nowhere: ${each}`)
  return broken.length === 0
}

/** Where the files that are no pages can be read; undefined while the root's package.json does not say. */
function repositoryAddress(): string | undefined {
  const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { repository: { url: string } }
  return repository.url.replace(/^git\+|\.git$/g, '') || undefined
}

if (import.meta.main && !(await buildSite())) process.exitCode = 1
