import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buildah, hasImage, must } from './store.ts'

/** The Debian of images and machines. */
export const SUITE = 'bookworm'
/** What `node` of npm links to, and what checks certificates. */
const PACKAGES = 'ca-certificates,libatomic1'

/**
 * Makes images that stand for `node:26-slim` and `node:26` of a public registry: a Debian by debootstrap with this repository's
 * Node.js, npm and the user `node`. The second also has Git. Made once, and kept.
 */
export async function prepareBases(majors: readonly string[]): Promise<void> {
  const slim = `localhost/arlen-base:${SUITE}-node-${process.versions.node}`
  if (!(await hasImage(slim))) await makeSlim(slim)
  const full = `${slim}-git`
  if (!(await hasImage(full))) await makeFull(slim, full)
  for (const major of majors) {
    await buildah('tag', slim, `docker.io/library/node:${major}-slim`)
    await buildah('tag', full, `docker.io/library/node:${major}`)
  }
}

async function makeSlim(name: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'arlen-base-'))
  try {
    await must('debootstrap', ['--variant=minbase', `--include=${PACKAGES}`, SUITE, folder, await debianMirror()])
    for (const path of ['var/cache/apt/archives', 'var/lib/apt/lists']) rmSync(join(folder, path), { recursive: true })
    addNode(folder)
    await must('chroot', [folder, 'useradd', '--uid', '1000', '--create-home', '--shell', '/bin/bash', 'node'])
    // As mkdtemp makes it, only root could enter the root folder of the image.
    chmodSync(folder, 0o755)
    const container = await buildah('from', 'scratch')
    await buildah('add', '--quiet', container, folder, '/')
    await buildah('config', '--cmd', '["node"]', '--env', 'PATH=/usr/local/bin:/usr/bin:/bin', container)
    await buildah('commit', '--quiet', '--rm', container, name)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function makeFull(slim: string, name: string): Promise<void> {
  const container = await buildah('from', '--pull-never', slim)
  const install = 'apt-get -qq update && apt-get -qq install --no-install-recommends git'
  await buildah('run', '--isolation', 'chroot', container, '--', 'sh', '-c', install)
  await buildah('commit', '--quiet', '--rm', container, name)
}

/** This Node.js and the machine's npm, where the public images have theirs. */
function addNode(folder: string): void {
  const local = join(folder, 'usr/local')
  cpSync(process.execPath, join(local, 'bin/node'))
  const npm = dirname(dirname(realpathSync(programOnPath('npm'))))
  mkdirSync(join(local, 'lib/node_modules'), { recursive: true })
  cpSync(npm, join(local, 'lib/node_modules/npm'), { recursive: true })
  for (const name of ['npm', 'npx']) symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name))
}

function programOnPath(name: string): string {
  const { existsSync } = process.getBuiltinModule('node:fs')
  const found = (process.env.PATH ?? '')
    .split(':')
    .map(folder => join(folder, name))
    .find(existsSync)
  if (found === undefined) throw new Error(`there is no ${name} on PATH`)
  return found
}

/** The Debian mirror that this machine uses, so that a test needs no other. */
export async function debianMirror(): Promise<string> {
  const lines = await must('apt-get', ['indextargets', '--format', '$(CODENAME) $(REPO_URI)']).catch(() => '')
  const own = lines.split('\n').find(line => line.startsWith(`${SUITE} `))
  return own?.split(' ')[1] ?? 'http://deb.debian.org/debian'
}
