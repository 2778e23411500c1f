import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describeMigrations } from '../../src/build/migrations.ts'
import { seal } from '../../src/build/seal.ts'
import { archiveRelease, buildRelease, type Manifest } from '../../src/index.ts'
import { describeEntry, listFiles } from '../../src/manifest/list-files.ts'
import { manifestText } from '../../src/manifest/manifest.ts'

/** What makes one release of the application differ from the others. */
export interface Version {
  id: string
  /** The column of a product's name that it reads. */
  column: string
  migrations: Readonly<Record<string, string>>
  /** Code that runs at the start. */
  start?: string
  /** Code that runs in a handler. */
  handler?: string
}

const FIRST = {
  '0001_shop.sql': `create table products (id int primary key, name text not null);
insert into products select n, 'Product ' || n from generate_series(1, 5) n;
create table orders (id bigint generated always as identity primary key, release text not null);
`,
}
const EXPAND = { ...FIRST, '0002_title.sql': `alter table products add title text not null default 'A product';\n` }
const CONTRACT = { ...EXPAND, '0003_drop_name.sql': 'alter table products drop name;\n' }

/** The releases of the rehearsal, oldest first. */
export const VERSIONS: readonly Version[] = [
  { id: '20260101T000000Z-first', column: 'name', migrations: FIRST },
  { id: '20260102T000000Z-second', column: 'title', migrations: EXPAND },
  { id: '20260103T000000Z-broken', column: 'title', migrations: EXPAND, start: "throw new Error('broken')" },
  {
    id: '20260104T000000Z-slow',
    column: 'title',
    migrations: EXPAND,
    start: 'await new Promise(resolve => setTimeout(resolve, 600_000))',
  },
  { id: '20260105T000000Z-wrong', column: 'title', migrations: EXPAND, handler: "throw new Error('wrong')" },
  { id: '20260106T000000Z-third', column: 'title', migrations: CONTRACT },
]

const program = ({ id, column, start = '', handler = '' }: Version) => `import { createApp } from 'arlen'
${start}
const app = createApp()
app.get('/', async c => {
  ${handler}
  const { rows } = await c.db.query('select id, ${column} from products order by id limit 3')
  return c.json({ release: '${id}', rows })
})
app.post('/', async c => {
  await c.db.query("insert into orders (release) values ('${id}')")
  return c.json({ release: '${id}' })
})
export default app
`

/** Builds the shop for its dependencies, and puts one archive of each version into a folder. Returns their files, by version. */
export async function buildVersions(
  shop: string,
  folder: string,
  versions: readonly Version[] = VERSIONS,
): Promise<string[]> {
  const { dir, manifest } = await buildRelease({ root: shop, outDir: join(folder, 'build'), allowDirty: true })
  const files: string[] = []
  for (const version of versions) files.push(await buildVersion(dir, manifest, version, folder))
  return files
}

async function buildVersion(base: string, manifest: Manifest, version: Version, folder: string): Promise<string> {
  const dir = join(folder, version.id)
  mkdirSync(dir)
  for (const part of ['bin', 'node_modules']) {
    cpSync(join(base, part), join(dir, part), { recursive: true, verbatimSymlinks: true })
  }
  const texts = {
    'package.json': '{ "name": "rehearsal", "version": "1.0.0", "type": "module" }\n',
    'app.js': program(version),
    'config/app.js': 'export default { apiOnly: true }\n',
    ...Object.fromEntries(Object.entries(version.migrations).map(([name, sql]) => [`db/migrations/${name}`, sql])),
  }
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  const time = new Date(manifest.commit.time)
  await seal(dir, time)
  const { id } = version
  const files = Object.fromEntries(listFiles(dir).map(path => [path, describeEntry(dir, path)]))
  chmodSync(dir, 0o755)
  const own = { ...manifest, id, migrations: await describeMigrations(dir), files }
  writeFileSync(join(dir, 'manifest.json'), manifestText(own))
  return (await archiveRelease(dir)).file
}
