import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase } from '@arlen/pg/testing'
import { expect, onTestFinished, test } from 'vitest'

const PAGE = join(import.meta.dirname, '../../../docs/deploy/backups.md')
const PROGRAMS = globSync('/usr/lib/postgresql/*/bin/pg_basebackup').sort().at(-1)?.replace('/pg_basebackup', '')
const isRoot = process.getuid?.() === 0
const hasUser = !isRoot || spawnSync('id', ['postgres']).status === 0

/** The commands of a section of the page. */
function commands(heading: string): string[] {
  const section = readFileSync(PAGE, 'utf8').split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text]) => text!)
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

test.skipIf(PROGRAMS === undefined || !hasUser)(
  'the page on backups brings a table back, and moves a database to a newer server (needs PostgreSQL of Debian)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'arlen-backups-'))
    chmodSync(folder, 0o755)
    const [data, backups] = [join(folder, 'data'), join(folder, 'backups')]
    for (const dir of [data, backups]) mkdirSync(dir)
    if (isRoot) {
      const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
      for (const dir of [folder, data, backups]) chownSync(dir, id('-u'), id('-g'))
    }
    const newer = await createTestDatabase()
    const env: NodeJS.ProcessEnv = {
      PATH: `${PROGRAMS}:/usr/sbin:/usr/bin:/sbin:/bin`,
      DATA: data,
      BACKUPS: backups,
      PGHOST: folder,
      PGPORT: String(await freePort()),
      PGDATABASE: 'postgres',
      OLD: 'postgres',
      NEW: newer.dsn,
      LC_ALL: 'C',
    }
    const run = (script: string) => {
      const shell = ['bash', '-euo', 'pipefail', '-c', script]
      const command = isRoot ? ['runuser', '-u', 'postgres', '--', ...shell] : shell
      const { status, stdout, stderr } = spawnSync(command[0]!, command.slice(1), {
        env,
        cwd: folder,
        encoding: 'utf8',
      })
      expect(status, `${script}\n${stdout}${stderr}`).toBe(0)
      return stdout.trim()
    }
    onTestFinished(async () => {
      run(`pg_ctl -D "$DATA" -w stop --mode=immediate || true`)
      await newer.drop()
      rmSync(folder, { recursive: true })
    })

    run(`initdb -D "$DATA" --auth=trust --username="$(id -un)" >/dev/null`)
    run(
      `echo "listen_addresses = ''\nunix_socket_directories = '${folder}'\nport = $PGPORT" >> "$DATA/postgresql.conf"`,
    )
    run('pg_ctl -D "$DATA" -w -l "$DATA/server.log" start')
    const [archive = '', look = ''] = commands('Archive every change')
    run(archive)
    run(`psql -c 'create table orders as select generate_series(1, 1000) as id'`)
    for (const each of commands('A base backup, every night')) run(each)
    run(`psql -c 'insert into orders select generate_series(1001, 1500)'`)

    // Time has to pass between what is kept and what is lost.
    env.BEFORE = run(`psql -Atc 'select clock_timestamp()'`)
    run(`psql -c 'select pg_sleep(0.1)' -c 'drop table orders' -c 'select pg_switch_wal()'`)
    run(
      `until [ "$(psql -Atc "select last_archived_wal = (select max(name) from pg_ls_waldir() where name < pg_walfile_name(pg_current_wal_lsn())) from pg_stat_archiver")" = t ]; do sleep 0.1; done`,
    )
    expect(run(look)).toContain('(1 row)')
    run(commands('Restoring').at(-1)!)
    expect(run(`psql -Atc 'select count(*) from orders'`)).toBe('1500')
    expect(readFileSync(join(data, 'server.log'), 'utf8')).toMatch(
      /recovery stopping before .*archive recovery complete/s,
    )

    for (const each of commands('Upgrading PostgreSQL')) run(each)
    expect(run(`psql -Atc 'select count(*) from orders' "$NEW"`)).toBe('1500')
  },
)
