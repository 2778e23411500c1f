import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readDecided } from '../perf/decided.ts'
import { cleanCommit, readChecked } from './checked.ts'
import { git } from './git.ts'
import { outdatedManifests, publishedFolders, readIdentity, unfilled } from './identity.ts'

/** Who may sign a release: one key per line, in the format ALLOWED SIGNERS of ssh-keygen(1). */
export const SIGNERS = '.github/allowed_signers'

/**
 * Why nothing can be published from this folder in its current state; empty if it can. Each line says what to do.
 *
 * A release is a signed tag `v<version>` on a commit on which `make check` has passed, with nothing changed since.
 */
export async function refusals(root: string): Promise<string[]> {
  const empty = unfilled(readIdentity(root))
  if (empty.length > 0) {
    const fields = empty.map(name => `"${name}"`).join(', ')
    return [`fill in ${fields} in ${join(root, 'package.json')}, with https:// addresses; then \`pnpm run version\``]
  }
  const outdated = [...outdatedManifests(root).keys()]
  if (outdated.length > 0) {
    return [`the package.json at the root has another address than ${outdated[0]}: \`pnpm run version\`, commit`]
  }
  const versions = publishedVersions(root)
  const [version = ''] = versions
  if (versions.length > 1)
    return [`the packages have different versions (${versions.join(', ')}): \`pnpm run version\``]
  const commit = await cleanCommit(root)
  if (commit === undefined) return ['files differ from the commit that is checked out: commit or discard them']
  return [...unchecked(root, commit), ...undecided(root, commit), ...(await unsigned(root, `v${version}`, commit))]
}

function unchecked(root: string, commit: string): string[] {
  const checked = readChecked(root)
  if (checked?.commit === commit) return []
  return [`\`make check\` has not passed on ${commit}${checked ? `, but on ${checked.commit}` : ''}: run it`]
}

function undecided(root: string, commit: string): string[] {
  const decided = readDecided(root)
  if (decided?.commit === commit) return []
  return [`\`make perf\` has not decided on ${commit}${decided ? `, but on ${decided.commit}` : ''}: run it`]
}

async function unsigned(root: string, tag: string, commit: string): Promise<string[]> {
  const signers = join(root, SIGNERS)
  const hasSigners = existsSync(signers) && /^[^#\s]/m.test(readFileSync(signers, 'utf8'))
  if (!hasSigners)
    return [`nobody may sign releases yet: add a line to ${SIGNERS}, such as "ada@example.com ssh-ed25519 …"`]
  const tagged = await git(root, 'rev-parse', '--verify', '--quiet', `${tag}^{commit}`).catch(() => undefined)
  if (tagged === undefined) return [`there is no tag ${tag}: \`git tag --sign ${tag} --message ${tag}\``]
  if (tagged !== commit) return [`${tag} is a tag of ${tagged}, and ${commit} is checked out: \`git checkout ${tag}\``]
  const verify = ['-c', `gpg.ssh.allowedSignersFile=${signers}`, 'verify-tag', tag]
  const isVerified = await git(root, ...verify).then(
    () => true,
    () => false,
  )
  return isVerified
    ? []
    : [`${tag} is not signed by anybody in ${SIGNERS}: \`git tag --sign\` it, with one of these keys`]
}

export function publishedVersions(root: string): string[] {
  const versions = publishedFolders(root).map(
    folder => (JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { version: string }).version,
  )
  return [...new Set(versions)].sort()
}
