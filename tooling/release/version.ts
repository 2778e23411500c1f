// `pnpm run version`: writes the changesets into versions and change logs, and the project's URLs into every package.
// Commit the result by hand.
import { join } from 'node:path'
import { runStage } from '../stage.ts'
import { finishChangeLogs, unreleasedFolders } from './change-logs.ts'
import { readIdentity, unfilled, writeIdentity } from './identity.ts'

const root = process.cwd()
const firstReleases = unreleasedFolders(root)
const versioned = await runStage('changeset version', [join(root, 'node_modules/.bin/changeset'), 'version'], {
  deadlineMs: 120_000,
})
if (!versioned.ok) throw new Error(`changeset version: ${versioned.reason}`)
finishChangeLogs(root, firstReleases)
for (const path of writeIdentity(root)) console.log(`wrote repository, homepage and bugs to ${path}`)
const empty = unfilled(readIdentity(root))
if (empty.length > 0) console.log(`before publishing, fill in ${empty.join(', ')} in ${join(root, 'package.json')}`)
