import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must } from '../images/store.ts'
import { type Machine, type Outcome, outcomeOf } from './machine.ts'

const ROOT = join(import.meta.dirname, '../..')
const ARLEN = join(ROOT, 'packages/cli/dist/bin.js')
const BUILD = join(ROOT, 'packages/release/test/rehearsal/build.ts')

const FIRST = {
  '0001_shop.sql': `create table products (id int primary key, name text not null);
insert into products select n, 'Product ' || n from generate_series(1, 5) n;
create table orders (id bigint generated always as identity primary key, release text not null);
`,
}
const EXPAND = { ...FIRST, '0002_title.sql': `alter table products add title text not null default 'A product';\n` }

/** The releases of the walkthrough. */
export const RELEASES = {
  first: { id: '20260101T000000Z-first', column: 'name', migrations: FIRST },
  second: { id: '20260102T000000Z-second', column: 'title', migrations: EXPAND },
  wrong: { id: '20260103T000000Z-wrong', column: 'title', migrations: EXPAND, handler: "throw new Error('wrong')" },
  badMigration: {
    id: '20260104T000000Z-migration',
    column: 'title',
    migrations: {
      ...EXPAND,
      '0003_price.sql': 'alter table products add price int;\nalter table nothing add price int;\n',
    },
  },
}

/** One who deploys, at a machine of his own: with the application, and an ssh key. */
export class Operator {
  readonly folder: string

  /** @param folder - empty */
  constructor(folder: string) {
    this.folder = folder
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')])
  }

  async build(): Promise<void> {
    const versions = join(this.folder, 'versions.json')
    writeFileSync(versions, JSON.stringify(Object.values(RELEASES)))
    await must(process.execPath, ['--conditions=@arlen/source', BUILD, versions, this.folder])
  }

  /**
   * Writes `config/deploy.ts` as a page has it. What DNS and his ssh configuration would say of `shop.example.com` is said there.
   */
  configure(text: string, machine: Machine): void {
    const { folder } = this
    const settings = [`HostName ${machine.address}`, `IdentityFile ${join(folder, 'key')}`, 'StrictHostKeyChecking no']
    const all = ['Host *', ...settings, 'UserKnownHostsFile /dev/null', 'LogLevel ERROR']
    writeFileSync(join(folder, 'ssh'), `${all.join('\n')}\n`)
    const own = text.replace(/address: '[^']+'/, `$&, ssh: ['-F', ${JSON.stringify(join(folder, 'ssh'))}]`)
    const plain = own.replace(/^import .*$/m, 'const defineDeploy = config => config')
    mkdirSync(join(folder, 'config'), { recursive: true })
    writeFileSync(join(folder, 'config/deploy.js'), plain)
    writeFileSync(join(folder, 'config/app.js'), 'export default { apiOnly: true }\n')
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
    mkdirSync(join(folder, 'db/migrations'), { recursive: true })
  }

  archive({ id }: { id: string }): string {
    return join(this.folder, `${id}.tar.zst`)
  }

  /** Types what a page says: `npx arlen deploy production …`. */
  type(line: string): Promise<Outcome> {
    const child = spawn('sh', ['-c', line.replace(/^npx arlen/, `exec ${process.execPath} ${ARLEN}`)], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return outcomeOf(child)
  }
}
