import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { Machine, type Outcome } from './machine.ts'
import { Operator, RELEASES } from './operator.ts'
import { Page } from './page.ts'

const guide = new Page('one-machine.md')
const incidents = new Page('incidents.md')
const backups = new Page('backups.md')

const obstacle = inject('obstacle')

describe.skipIf(obstacle)(`one machine${obstacle ? ` (${obstacle})` : ''}`, () => {
  let folder: string
  let machine: Machine
  let operator: Operator

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'arlen-walkthrough-'))
    operator = new Operator(folder)
    await operator.build()
    machine = await Machine.boot(inject('image'))
  })
  afterAll(async () => {
    await machine?.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  const shop = (path: string, more = '') => machine.run(`curl -sk ${more} https://shop.example.com${path}`)
  const curl = (path: string) => machine.run(`curl -s -o /dev/null -w '%{http_code}' localhost:3000${path}`)
  const typed = async (line: string): Promise<Outcome> => operator.type(line)
  const succeeds = async (line: string): Promise<string> => {
    const { code, output } = await typed(line)
    expect(code, `${line}\n${output}`).toBe(0)
    return output
  }
  const deploy = (release: { id: string }) =>
    typed(`npx arlen deploy production --archive ${operator.archive(release)}`)
  const asPostgres = (line: string) => machine.must(`cd / && runuser -u postgres -- ${line}`)

  describe('from a bare Debian to TLS', () => {
    test('the machine lets deploy in', async () => {
      const key = readFileSync(join(folder, 'key.pub'), 'utf8')
      await machine.must(
        `install -d -m 700 -o deploy /home/deploy/.ssh && printf %s '${key}' > /home/deploy/.ssh/authorized_keys`,
      )
      operator.configure(guide.blocks('3. The target, from your machine', 'ts')[0]!, machine)
      expect(await succeeds(`ssh -F ssh deploy@shop.example.com true`)).toBe('')
    })

    test('the database lets deploy in, by the socket alone', async () => {
      const [commands] = guide.blocks('2. The database, as root')
      expect((await machine.must(`cd /\n${commands}`)).split('\n').at(-1)).toBe('1')
    })

    test('init makes the target, and says what root has to do', async () => {
      const [init] = guide.lines('3. The target, from your machine', /^npx arlen/)
      const { code, output } = await typed(init!)
      expect(code).toBe(1)
      const asked = /run there as root: (.*)$/m.exec(output)?.[1]
      const [line] = guide.lines('3. The target, from your machine', /^root@/)
      expect(`root@shop:~# ${asked}`).toBe(line)
      await machine.must(asked!)
      await machine.must(guide.block('3. The target, from your machine', /sudoers/))
      expect(await machine.must('systemctl is-enabled shop')).toBe('enabled')
      expect(await machine.must('/srv/shop/node/bin/node --version')).toBe(process.version)
    })

    test('the environment is complete, and doctor says so', async () => {
      const doctor = guide.block('4. The environment, on the machine', /^DATABASE_URL/)
      const early = await typed('npx arlen deploy production doctor')
      expect([early.code, early.output]).toEqual([1, expect.stringContaining('/srv/shop/shared/env is empty')])
      const secret = await succeeds('npx arlen generate secret')
      const env = doctor.replace('…', secret.trim())
      await machine.must(
        `cat > /srv/shop/shared/env <<'END'\n${env}END\n${guide.blocks('4. The environment, on the machine', 'sh')[0]}`,
      )
      expect(await succeeds('npx arlen deploy production doctor')).toContain('is ready')
    })

    test('the first release runs as a unit of systemd', async () => {
      const { code, output } = await deploy(RELEASES.first)
      expect(code, output).toBe(0)
      for (const step of ['upload', 'verify', 'activate', 'health']) expect(output).toMatch(new RegExp(` ${step} +`))
      expect(output).toContain(`${RELEASES.first.id} runs on shop.example.com.`)
      expect(await machine.must('curl -s localhost:3000/readyz')).toContain('ok')
      expect(await machine.must('systemctl status --no-pager shop')).toMatch(/Status: ".*workers serve/)
      expect(await machine.must('systemd-analyze verify shop.service')).toBe('')
      expect(await machine.must('systemctl show --property User --value shop')).toBe('deploy')
    })

    test('its log is in the journal, where deploy may read it', async () => {
      expect(await succeeds('npx arlen deploy production logs --lines 50')).toMatch(/shop\.example\.com: \{.*"msg":/)
      expect(await succeeds('npx arlen deploy production status')).toMatch(/first.*\d of \d workers serve/)
    })

    test('nginx answers with TLS', async () => {
      const site = guide.block('6. nginx and TLS, as root', /^upstream/)
      const version = /nginx\/1\.(\d+)/.exec(await machine.must('nginx -v'))?.[1]
      // As the page says of a Debian whose nginx is older.
      const own = Number(version) < 25 ? site.replace(/ +http2 on;\n/, '').replaceAll(/(443 ssl)/g, '$1 http2') : site
      writeFileSync(join(machine.root, 'etc/nginx/sites-available/shop'), own)
      const commands = guide.block('6. nginx and TLS, as root', /certbot certonly/)
      // In place of a certificate authority, which would have to reach this machine by its name.
      const selfSigned = `mkdir -p /etc/letsencrypt/live/shop.example.com && cd /etc/letsencrypt/live/shop.example.com
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout privkey.pem -out fullchain.pem -subj /CN=shop.example.com`
      const output = await machine.must(commands.replace(/^certbot .*$/m, selfSigned))
      expect(output).toContain('test is successful')
      const head = await machine.must('curl -skI https://shop.example.com/readyz')
      expect(head).toMatch(/^HTTP\/2 200/)
      expect(await machine.must('curl -sI http://shop.example.com/readyz')).toMatch(/^HTTP\/1\.1 301.*https:/s)
      expect(await machine.must('curl -sk https://shop.example.com/')).toContain('first')
      expect((await shop('/', '-X POST')).output).toContain('first')
    })

    test('a reboot brings everything back', async () => {
      await machine.must('systemctl restart nginx postgresql shop')
      expect(await machine.until('curl -skf https://shop.example.com/')).toContain('first')
      expect(await machine.must('systemctl is-enabled nginx postgresql shop ssh')).toBe(
        ['enabled', 'enabled', 'enabled', 'enabled'].join('\n'),
      )
    })
  })

  describe('when something goes wrong', () => {
    test('the first three commands say what runs, what it says, and what it does', async () => {
      const opening = ['status', 'logs', 'run'].map(word => `npx arlen deploy production ${word}`)
      expect(await succeeds(opening[0]!)).toContain(RELEASES.first.id)
      expect(await succeeds(`${opening[1]} --lines 50`)).toContain('shop.example.com: ')
      expect(await succeeds(`${opening[2]} 'bin/app status'`)).toMatch(/worker.*ready|serv/i)
    })

    test('a bad release goes back by itself under watch, and by rollback otherwise', async () => {
      const config = join(folder, 'config/deploy.js')
      const text = readFileSync(config, 'utf8')
      // A good release would be watched for its whole minute.
      writeFileSync(config, text.replace(/ +watch: .*\n/, ''))
      expect((await deploy(RELEASES.second)).code).toBe(0)
      expect((await deploy(RELEASES.wrong)).code).toBe(0)
      expect((await shop('/', `-o /dev/null -w '%{http_code}'`)).output).toBe('500')
      const [rollback] = incidents.lines('A bad release', /rollback/)
      expect(await succeeds(rollback!)).toContain(RELEASES.second.id)
      expect(await machine.must('curl -skf https://shop.example.com/')).toContain('second')

      writeFileSync(config, text)
      const rolling = deploy(RELEASES.wrong)
      await machine.until('readlink /srv/shop/current | grep -q wrong')
      // Until it is over: on a busy machine, the workers are replaced some time after the link.
      const load = machine.run('until [ -e /run/rolled ]; do curl -sk -o /dev/null https://shop.example.com/; done')
      const outcome = await rolling
      await machine.must('touch /run/rolled')
      await load
      expect(outcome).toMatchObject({
        code: 1,
        output: expect.stringMatching(/answers were errors.*second is current again/s),
      })
      expect(await machine.must('curl -skf https://shop.example.com/')).toContain('second')
      writeFileSync(config, text.replace(/ +watch: .*\n/, ''))
    })

    test('a bad migration stops the deployment with its file and line, and nothing is changed', async () => {
      const { code, output } = await deploy(RELEASES.badMigration)
      expect([code, output]).toEqual([
        1,
        expect.stringMatching(
          /failed at activate: .*0003_price\.sql failed: relation .*> 2 .*nothing.*\nNo host was switched\.\n$/s,
        ),
      ])
      expect(
        await asPostgres(
          `psql -Atc "select count(*) from information_schema.columns where column_name = 'price'" shop`,
        ),
      ).toBe('0')
      expect(await machine.must('curl -skf https://shop.example.com/')).toContain('second')
    })

    test('the database does not answer, and then it does', async () => {
      await machine.must('systemctl stop postgresql')
      // systemctl does not wait for the cluster, a unit of its own.
      await machine.until('test "$(curl -s -o /dev/null -w %{http_code} localhost:3000/readyz)" = 503')
      expect((await curl('/healthz')).output).toBe('200')
      expect(await typed('npx arlen deploy production doctor')).toMatchObject({
        code: 1,
        output: expect.stringMatching(/the database of DATABASE_URL does not answer/),
      })
      const commands = incidents.lines('The database does not answer', /^(?:systemctl|journalctl)/)
      expect(commands).toHaveLength(3)
      for (const command of commands) await machine.run(command)
      const began = performance.now()
      expect(await machine.until('curl -skf https://shop.example.com/')).toContain('second')
      console.log(`the database is back: served again after ${Math.round(performance.now() - began)} ms`)
    })

    test('the disk of the database is full, and writes go on when there is room', async () => {
      await machine.must(
        'mkdir /mnt/small && mount -t tmpfs -o size=24m tmpfs /mnt/small && install -d -m 700 -o postgres -g postgres /mnt/small/data',
      )
      await asPostgres(`psql -qc "create tablespace small location '/mnt/small/data'" shop`)
      await asPostgres(`psql -qc 'alter table orders set tablespace small' shop`)
      const fill = `insert into orders (release) select repeat('x', 900) from generate_series(1, 100000)`
      const full = await machine.run(`cd / && runuser -u postgres -- psql -v VERBOSITY=verbose -c "${fill}" shop`)
      expect(full.output).toMatch(/53100.*could not extend file.*No space left on device/s)
      await machine.must('dd if=/dev/zero of=/mnt/small/filler bs=64k 2>/dev/null || true')
      const DATA = '/var/lib/postgresql'
      for (const command of incidents.lines('The disk of the database is full', /^(?:df|psql)/)) {
        await machine.must(`cd / && runuser -u postgres -- bash -c '${command.replaceAll("'", `'\\''`)}'`, {
          DATA,
          PGDATABASE: 'shop',
        })
      }
      expect((await shop('/')).output).toContain('second') // reads go on
      await machine.must('rm /mnt/small/filler')
      expect(await machine.until(`curl -skf -X POST https://shop.example.com/`)).toContain('second')
      await asPostgres(`psql -qc 'alter table orders set tablespace pg_default' shop`)
    })

    test('the disk of the machine is looked at, and old releases are removed', async () => {
      for (const line of incidents.lines("A machine's disk is full", /^npx arlen/)) await succeeds(line)
      await machine.must(incidents.lines("A machine's disk is full", /^journalctl/)[0]!)
      expect(await succeeds('npx arlen deploy production status')).toContain(RELEASES.second.id)
    })

    test('secrets are replaced without an outage: of sessions, and of the database', async () => {
      const secret = (await succeeds('npx arlen generate secret')).trim()
      const replace = (name: string, value: string) =>
        machine.must(`sed -i 's|^${name}=.*|${name}=${value}|' /srv/shop/shared/env`)
      await replace('ARLEN_SESSION_SECRETS', secret)
      const [reload] = incidents.lines('A secret has leaked', /bin\/app reload/)
      expect(await succeeds(reload!)).toMatch(/generation \d+/)

      const [create, retire] = incidents.lines('A secret has leaked', /^psql/)
      // The page's role shop is deploy here, which owns the tables.
      const own = (line: string) => line.replaceAll(/\bshop\b(?!2)/g, 'deploy')
      const psql = (line: string) => machine.must(`cd / && runuser -u postgres -- ${own(line)}`)
      await psql(create!)
      await replace('DATABASE_URL', 'postgres://shop2:NEW@127.0.0.1/shop')
      expect(await succeeds(reload!)).toMatch(/generation \d+/)
      await psql(retire!)
      expect((await shop('/', '-X POST')).output).toContain('second')
      expect(
        await asPostgres(
          `psql -Atc "select distinct usename from pg_stat_activity where datname = 'shop' and usename <> 'postgres'"`,
        ),
      ).toBe('shop2')
      expect(await succeeds('npx arlen deploy production logs --lines 20')).not.toContain('config_invalid')
      expect((await machine.run('cd / && runuser -u deploy -- psql -c "select 1" shop')).code).not.toBe(0)
    })

    test('a worker whose memory grows is looked into, and limited', async () => {
      const [diagnose] = incidents.lines('Memory grows', /diagnose/)
      expect(await succeeds(diagnose!)).toMatch(/heapsnapshot/)
      const [limit, reload] = incidents.lines('Memory grows', /MAX_MEMORY|bin.app reload/)
      await machine.must(limit!)
      expect(await succeeds(reload!)).toMatch(/generation \d+/)
      expect(await succeeds(`npx arlen deploy production run 'bin/app status'`)).toMatch(/worker|serv/)
    })

    test('a newer Node.js takes over', async () => {
      const [line] = /bin\/app upgrade/.exec(backups.section('Upgrading Node.js')) ?? []
      const before = await machine.must('systemctl show --property MainPID --value shop')
      expect((await typed(`npx arlen deploy production run '${line}'`)).code).toBe(0)
      await machine.until(`test "$(systemctl show --property MainPID --value shop)" != ${before}`)
      expect(await machine.must('curl -skf https://shop.example.com/')).toContain('second')
      expect(await machine.must('systemctl is-active shop')).toBe('active')
    })
  })
})
